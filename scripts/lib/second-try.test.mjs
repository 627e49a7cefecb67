import { expect, test } from "vitest";
import { filesToTryAgain, joinTries, sumOf } from "./second-try.mjs";

const file = (name, passed, ...failed) => ({
	file: name,
	passed,
	failures: failed.map((test) => ({ name: `${name} > ${test}`, reason: "late" })),
	skips: [],
});
const report = (...files) => ({ files, failures: [] });

test("files with failures are tried again, unless there are many or the runner itself failed", () => {
	expect(filesToTryAgain(report(file("a", 1), file("b", 0, "x")))).toEqual(["b"]);
	expect(filesToTryAgain(report(...["a", "b", "c", "d"].map((name) => file(name, 0, "x"))))).toEqual([]);
	expect(filesToTryAgain({ files: [file("b", 0, "x")], failures: [{ name: "outside", reason: "no" }] })).toEqual([]);
});

test("what passes the second time is passed and named; what fails again has failed", () => {
	const joined = joinTries(report(file("a", 5), file("b", 1, "x", "y")), report(file("b", 2, "y")));
	expect(sumOf(joined)).toEqual({
		passed: 7,
		failures: [{ name: "b > y", reason: "late" }],
		skips: [],
		unsteady: [{ name: "b > x", reason: "late" }],
	});
});
