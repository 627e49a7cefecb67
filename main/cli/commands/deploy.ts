import type { DeployPreview, DeployRequest } from "../../../contract/blueprints.ts";
import { exitStatus, HomerangeError } from "../../../contract/errors.ts";
import type { RangeDetail } from "../../../contract/ranges.ts";
import type { Task } from "../../../contract/tasks.ts";
import { blueprintSource } from "../blueprint-source.ts";
import { withEngine } from "../connect.ts";
import { firstFailure, followTasks } from "../follow-tasks.ts";
import { inspectShape } from "../shapes.ts";
import { describePreview } from "../terminal/describe-preview.ts";
import { type Format, print, printJson, say } from "../terminal/print.ts";
import { plain } from "../terminal/text.ts";
import { printRange } from "./inspect.ts";

export interface DeployOptions {
	name?: string;
	copies?: number;
	dryRun?: boolean;
	detach?: boolean;
	profile?: "auto" | "privileged" | "unprivileged";
	format: Format;
}

export async function deploy(file: string, options: DeployOptions): Promise<void> {
	const { name, copies, profile } = options;
	if (name !== undefined && copies !== undefined && copies > 1) {
		throw new HomerangeError("USAGE", "One name cannot name several copies.", {
			remedy: "Leave out --name or --copies.",
		});
	}
	const request: DeployRequest = {
		source: await blueprintSource(file),
		copies: copies ?? 1,
		...(name === undefined ? {} : { name }),
		...(profile === undefined ? {} : { profile }),
	};
	await withEngine(async (client) => {
		if (options.dryRun) return printPreview(await client.api.blueprints.preview(request), options.format);
		const started = await client.api.ranges.deploy(request);
		const tasks = options.detach
			? []
			: await followTasks(
					client,
					started.map((one) => one.taskId),
				);
		const gone = new Set(tasks.filter((task) => task.state !== "done").map((task) => task.rangeId));
		const ranges = await Promise.all(
			started.filter((one) => !gone.has(one.rangeId)).map((one) => client.api.ranges.get({ range: one.rangeId })),
		);
		await conclude(tasks, ranges, options);
	});
}

async function conclude(
	tasks: Task[],
	ranges: RangeDetail[],
	{ copies, detach, format }: DeployOptions,
): Promise<void> {
	const failure = firstFailure(tasks);
	if (format === "json") {
		if (copies !== undefined) await printJson(ranges.map(inspectShape));
		else if (ranges[0] !== undefined) await printJson(inspectShape(ranges[0]));
	} else {
		for (const range of ranges) {
			if (detach) await print(`${plain(range.name)} is being deployed.`);
			else await printRange(range, format);
		}
	}
	if (failure !== null) throw failure;
	const degraded = detach ? [] : ranges.filter((range) => range.state !== "running");
	for (const range of degraded) {
		say(`homerange: ${plain(range.name)} is ${range.state}: ${plain(range.reason ?? "see its machines")}`);
		process.exitCode = exitStatus("INTERNAL");
	}
}

async function printPreview(preview: DeployPreview, format: Format): Promise<void> {
	if (format === "json") await printJson(preview);
	else await print(describePreview(preview));
	if (preview.findings.some((finding) => finding.severity === "error")) {
		process.exitCode = exitStatus("PREFLIGHT_FAILED");
	}
}
