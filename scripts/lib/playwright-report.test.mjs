import { expect, test } from "vitest";
import { readPlaywrightReport } from "./playwright-report.mjs";

const spec = (title, status, more = {}) => ({ title, tests: [{ status, annotations: [], results: [], ...more }] });

test("counts what passed, failed and was skipped, with reasons", () => {
	const specs = [
		spec("opens", "expected"),
		spec("closes", "unexpected", { results: [{ errors: [{ message: "\u001b[31mno window\u001b[0m\nat x" }] }] }),
		spec("waits", "flaky", { results: [{ errors: [{ message: "late" }] }] }),
		spec("prints", "skipped", { annotations: [{ type: "skip", description: "no printer" }] }),
	];
	const report = readPlaywrightReport({ suites: [{ title: "app.spec.ts", suites: [{ title: "window", specs }] }] });
	expect(report).toEqual({
		passed: 2,
		failures: [{ name: "app.spec.ts > window > closes", reason: "no window | at x" }],
		unsteady: [{ name: "app.spec.ts > window > waits", reason: "late" }],
		skips: [{ name: "app.spec.ts > window > prints", reason: "no printer" }],
	});
});

test("a file that does not load is a failure", () => {
	const report = readPlaywrightReport({ suites: [], errors: [{ message: "cannot import" }] });
	expect(report.failures).toEqual([{ name: "outside of any test", reason: "cannot import" }]);
});
