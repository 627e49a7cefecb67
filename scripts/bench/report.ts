import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BenchResult, Figure } from "./bench.ts";
import { describeBudget, isMet } from "./budgets.ts";
import type { MachineFacts } from "./machine-facts.ts";
import { differences, ratios, type Spread, spread } from "./series.ts";

const folder = join(import.meta.dirname, "..", "..", "artifacts", "bench");

/** What became of one bench. */
export interface BenchReport {
	readonly name: string;
	readonly title: string;
	readonly seconds: number;
	readonly result: BenchResult | null;
	/** Why it could not be run to its end. */
	readonly failure: string | null;
}

export interface RunReport {
	readonly time: string;
	readonly machine: MachineFacts;
	readonly loadAtEnd: number;
	readonly runs: number;
	readonly quick: boolean;
	readonly benches: readonly BenchReport[];
}

/** Writes the whole report; gives its path. */
export function saveReport(report: RunReport): string {
	mkdirSync(folder, { recursive: true });
	const file = join(folder, `${report.time.replaceAll(":", "").replace(/\..*/, "")}.json`);
	const benches = report.benches.map((bench) => ({ ...bench, result: bench.result && withSummaries(bench.result) }));
	writeFileSync(file, `${JSON.stringify({ ...report, benches }, null, 2)}\n`);
	return file;
}

function withSummaries(result: BenchResult): object {
	return { ...result, figures: result.figures.map((figure) => ({ ...figure, ...summaryOf(figure) })) };
}

function summaryOf(figure: Figure) {
	const { subject, baseline } = figure;
	return {
		subjectSpread: spread(subject),
		baselineSpread: baseline && spread(baseline),
		ratio: baseline && spread(ratios(subject, baseline)),
		added: baseline && spread(differences(subject, baseline)),
		isMet: isMet(figure),
	};
}

/** The report for a terminal. */
export function describeReport(report: RunReport): string {
	const { machine } = report;
	return [
		`${machine.cores} cores (${machine.processor}), ${machine.memoryGb} GB, ${machine.system}, Docker ${machine.docker}, Node ${machine.node}`,
		`load ${machine.load} before and ${report.loadAtEnd} after, on ${machine.cores} cores; ${report.runs} rounds, medians (lowest..highest)`,
		...report.benches.flatMap(describeBench),
		"",
	].join("\n");
}

function describeBench({ name, title, result, failure, seconds }: BenchReport): string[] {
	const head = ["", `${name}: ${title} (${seconds.toFixed(0)} s)`];
	if (failure !== null) head.push(`  FAILED: ${failure}`);
	if (result === null) return head;
	return [
		...head,
		...table(result.figures),
		...baselinesOf(result.figures),
		...(result.skips ?? []).map((skip) => `  not measured: ${skip.name}: ${skip.reason}`),
		...(result.details ?? []).map((line) => `  | ${line}`),
	];
}

const heads = ["", "Homerange", "baseline", "ratio", "budget", ""];

function table(figures: readonly Figure[]): string[] {
	if (figures.length === 0) return [];
	const rows = [heads, ...figures.map(row)];
	const widths = heads.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
	return rows.map((cells) => `  ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd());
}

function row(figure: Figure, index: number): string[] {
	const { ratio, subjectSpread, baselineSpread, isMet: met } = summaryOf(figure);
	const isOne = figure.subject.length === 1;
	const show = (values: Spread) =>
		isOne ? number(values.median) : `${number(values.median)} (${number(values.min)}..${number(values.max)})`;
	return [
		`[${index + 1}] ${figure.name}`,
		`${show(subjectSpread)} ${figure.unit}`,
		baselineSpread ? `${show(baselineSpread)} ${figure.unit}` : "-",
		ratio && Number.isFinite(ratio.median) ? `${show(ratio)}x` : "-",
		figure.budget ? describeBudget(figure.budget, figure.unit) : "none",
		met === null ? "" : met ? "met" : "NOT MET",
	];
}

/** What each figure is compared with; said once for neighbours that share it. */
function baselinesOf(figures: readonly Figure[]): string[] {
	const lines: string[] = [];
	let last: string | null = null;
	for (const [index, { baselineIs, notes = [] }] of figures.entries()) {
		if (baselineIs !== null && baselineIs !== last) lines.push(`  [${index + 1}] baseline: ${baselineIs}`);
		last = baselineIs;
		for (const note of notes) if (!lines.some((line) => line.endsWith(note))) lines.push(`  [${index + 1}] ${note}`);
	}
	return lines;
}

function number(value: number): string {
	if (!Number.isFinite(value)) return "-";
	return Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}
