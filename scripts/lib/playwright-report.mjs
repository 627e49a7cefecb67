// Playwright's JSON report as counts, failures and reasons of skips.
import { reasonOf } from "./reason.mjs";

/** A test that passed only in a later attempt counts as passed and is named as unsteady: nothing is tried again in silence. */
export function readPlaywrightReport(json) {
	const report = { passed: 0, failures: [], skips: [], unsteady: [] };
	for (const error of json.errors ?? [])
		report.failures.push({ name: "outside of any test", reason: reasonOf(error.message) });
	for (const suite of json.suites ?? []) addSuite(report, suite, []);
	return report;
}

function addSuite(report, suite, path) {
	const here = suite.title ? [...path, suite.title] : path;
	for (const child of suite.suites ?? []) addSuite(report, child, here);
	for (const spec of suite.specs ?? []) {
		for (const test of spec.tests) addTest(report, [...here, spec.title].join(" > "), test);
	}
}

function addTest(report, name, test) {
	if (test.status === "expected") report.passed += 1;
	else if (test.status === "skipped") {
		const note = test.annotations.find((annotation) => annotation.type === "skip" || annotation.type === "fixme");
		report.skips.push({ name, reason: note?.description ?? "no reason given" });
	} else {
		const reason = reasonOf(test.results.flatMap((result) => result.errors ?? [])[0]?.message);
		if (test.status === "flaky") report.passed += 1;
		(test.status === "flaky" ? report.unsteady : report.failures).push({ name, reason });
	}
}
