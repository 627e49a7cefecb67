// A vitest reporter that writes each file's counts, failures and reasons of skips as JSON to the file in HOMERANGE_REPORT.
// vitest's own JSON reporter leaves out the note of ctx.skip(note).
import { writeFileSync } from "node:fs";
import process from "node:process";
import { reasonOf } from "./reason.mjs";

export default class CountsReporter {
	onTestRunEnd(modules, unhandledErrors) {
		const report = { files: [], failures: [] };
		for (const module of modules) report.files.push(reportOf(module));
		for (const error of unhandledErrors)
			report.failures.push({ name: "outside of any test", reason: reasonOf(error?.message ?? error) });
		writeFileSync(process.env.HOMERANGE_REPORT, JSON.stringify(report));
	}
}

function reportOf(module) {
	const file = module.relativeModuleId ?? module.moduleId;
	const report = { file, passed: 0, failures: [], skips: [] };
	for (const error of module.errors()) report.failures.push({ name: file, reason: reasonOf(error?.message ?? error) });
	for (const suite of module.children.allSuites()) {
		for (const error of suite.errors())
			report.failures.push({ name: `${file} > ${suite.fullName}`, reason: reasonOf(error?.message ?? error) });
	}
	for (const test of module.children.allTests()) {
		const name = `${file} > ${test.fullName}`;
		const result = test.result();
		if (result.state === "passed") report.passed += 1;
		else if (result.state === "failed")
			report.failures.push({ name, reason: reasonOf(result.errors[0]?.message ?? result.errors[0]) });
		else if (result.state === "skipped") report.skips.push({ name, reason: result.note ?? "no reason given" });
		else report.failures.push({ name, reason: "did not end" });
	}
	return report;
}
