import type { BlueprintSource, DeployRequest } from "../../../contract/blueprints.ts";
import { exitStatus, HomerangeError } from "../../../contract/errors.ts";
import type { RangeDetail, RangeSummary } from "../../../contract/ranges.ts";
import type { Task } from "../../../contract/tasks.ts";
import type { EngineClient } from "../../rpc/client.ts";
import { blueprintSource } from "../blueprint-source.ts";
import { withEngine } from "../connect.ts";
import { firstFailure, followTasks } from "../follow-tasks.ts";
import { inspectShape } from "../shapes.ts";
import { confirm, hasTerminal } from "../terminal/ask.ts";
import { describePreview } from "../terminal/describe-preview.ts";
import { describeFindings, describeUpdate } from "../terminal/describe-update.ts";
import { type Format, print, printJson, say } from "../terminal/print.ts";
import { plain } from "../terminal/text.ts";
import { beginUpdate, compare, rangeToUpdate } from "./deploy-update.ts";
import { printRange } from "./inspect.ts";

export interface DeployOptions {
	fromSnapshot?: string;
	name?: string;
	copies?: number;
	dryRun?: boolean;
	detach?: boolean;
	yes?: boolean;
	profile?: "auto" | "privileged" | "unprivileged";
	format: Format;
}

export async function deploy(file: string | undefined, options: DeployOptions): Promise<void> {
	const { name, copies, profile } = options;
	if (name !== undefined && copies !== undefined && copies > 1) {
		throw new HomerangeError("USAGE", "One name cannot name several copies.", {
			remedy: "Leave out --name or --copies.",
		});
	}
	const request: DeployRequest = {
		source: await deploySource(file, options.fromSnapshot),
		copies: copies ?? 1,
		...(name === undefined ? {} : { name }),
		...(profile === undefined ? {} : { profile }),
	};
	await withEngine(async (client) => {
		const present = await rangeToUpdate(client, request);
		if (options.dryRun) return await printDryRun(client, request, present, options.format);
		const yes = options.yes ?? false;
		if (present !== null) {
			const taskId = await beginUpdate(client, request, present, yes);
			const tasks = options.detach ? [] : await followTasks(client, [taskId]);
			return await conclude(tasks, [await client.api.ranges.get({ range: present.id })], options);
		}
		const started = await beginDeploy(client, request, yes);
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

/** A blueprint, or what was saved of a range: exactly one of them. */
async function deploySource(file: string | undefined, snapshot: string | undefined): Promise<BlueprintSource> {
	if (file !== undefined && snapshot === undefined) return await blueprintSource(file);
	if (file === undefined && snapshot !== undefined) return { kind: "range-snapshot", name: snapshot };
	throw new HomerangeError("USAGE", "A deploy needs a blueprint or --from-snapshot, one of them.", {
		remedy: "See `homerange deploy --help`.",
	});
}

/** Warnings are asked about where somebody can answer; a script only reads them. */
async function beginDeploy(client: EngineClient, request: DeployRequest, yes: boolean) {
	const { rangeName, findings } = await client.api.blueprints.preview(request);
	const warnings = findings.filter(({ severity }) => severity === "warning");
	const isStopped = findings.some(({ severity }) => severity === "error");
	if (warnings.length > 0 && !isStopped) {
		say(describeFindings(warnings));
		if (!yes && hasTerminal()) await confirm(`Deploy ${plain(rangeName)} all the same?`);
	}
	return await client.api.ranges.deploy(request);
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

async function printDryRun(
	client: EngineClient,
	request: DeployRequest,
	present: RangeSummary | null,
	format: Format,
): Promise<void> {
	const dryRun =
		present === null ? await client.api.blueprints.preview(request) : await compare(client, request, present);
	if (format === "json") await printJson(dryRun);
	else await print("changes" in dryRun ? describeUpdate(dryRun) : describePreview(dryRun));
	if (dryRun.findings.some((finding) => finding.severity === "error")) {
		process.exitCode = exitStatus("PREFLIGHT_FAILED");
	}
}
