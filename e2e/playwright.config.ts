import { join } from "node:path";
import { defineConfig } from "@playwright/test";

const artifacts = join(import.meta.dirname, "..", "artifacts", "e2e");

/** The real app on real engines: one at a time. `npm test` tries a failed test once more, and names it. */
export default defineConfig({
	testDir: "specs",
	outputDir: join(artifacts, "results"),
	workers: 1,
	fullyParallel: false,
	retries: 0,
	timeout: 120_000,
	expect: { timeout: 15_000 },
	reporter: [["list"], ["json", { outputFile: join(artifacts, "report.json") }]],
});
