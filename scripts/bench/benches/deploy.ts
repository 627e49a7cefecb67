import { performance } from "node:perf_hooks";
import type { Task } from "../../../contract/tasks.ts";
import { connectInnerEngine } from "../../../main/docker/inner-engine.ts";
import { bareCommand, openDirectEngine, type Profile, profiles, startBareDind } from "../bare-dind.ts";
import type { Bench, BenchContext, Figure } from "../bench.ts";
import { budgets } from "../budgets.ts";
import { runCommand } from "../command.ts";
import { EngineProcess } from "../engine-process.ts";
import { interleave } from "../measure.ts";
import { median } from "../series.ts";
import { blueprint, image, makeMachines } from "../ten-machines.ts";

export const deploy: Bench = {
	name: "deploy",
	title: "Ten machines on two networks, from the request until all run",
	async run(context) {
		const figures: Figure[] = [];
		const details: string[] = [];
		const engine = await EngineProcess.start(context);
		for (const profile of profiles) {
			let task: Task | undefined;
			const ours = async (): Promise<number> => {
				await engine.forgetLayers();
				const start = performance.now();
				const { ranges, tasks } = await engine.deploy(blueprint, { profile });
				const ms = performance.now() - start;
				task = tasks[0];
				await engine.destroy(ranges);
				return ms;
			};
			const first = await ours();
			const stages: Stages[] = [];
			const bare = async (): Promise<number> => {
				const taken = await deployBare(context, profile);
				stages.push(taken);
				return taken.container + taken.image + taken.machines;
			};
			const values = await interleave(context, context.runs, { subject: ours, baseline: bare });
			figures.push({
				name: `first deploy of a range, ${profile}`,
				unit: "ms",
				...values,
				baselineIs: `${bareCommand(profile)}; docker save ${image} | docker load in it; 2 networks, then 10 machines created and started by concurrent API calls (${stages[0]?.way})`,
				budget: budgets.deploy,
				notes: [
					"The image is on the host on both sides; the layer store is empty before each round.",
					`A deploy before these rounds took ${first.toFixed(0)} ms${profile === profiles[0] ? ": the first one after the engine's start" : ""}.`,
				],
			});
			details.push(baselineStages(profile, stages), ...(task ? trace(profile, task) : []));
		}
		await engine.close();
		return { figures, details };
	},
};

interface Stages {
	readonly container: number;
	readonly image: number;
	readonly machines: number;
	/** How the API calls went. */
	readonly way: string;
}

async function deployBare(context: BenchContext, profile: Profile): Promise<Stages> {
	const { host, signal } = context;
	const start = performance.now();
	const bare = await startBareDind(context, profile);
	const up = performance.now();
	const pipe = `docker save ${image} | docker exec -i ${bare.container} docker load`;
	await runCommand("sh", ["-c", pipe], { signal, expect: "Loaded image" });
	const loaded = performance.now();
	const direct = await openDirectEngine(host, bare.container, profile);
	const tunnel = direct.engine === null ? await connectInnerEngine(host, bare.container, "the bench", signal) : null;
	const connected = performance.now();
	await makeMachines(direct.engine ?? tunnel ?? host);
	const end = performance.now();
	if (direct.engine !== null) direct.close();
	tunnel?.close();
	await bare.remove();
	return {
		container: up - start,
		image: loaded - up,
		// To connect is no part of it.
		machines: end - connected,
		way: direct.engine === null ? "through the tunnel" : "on the inner engine's own socket",
	};
}

function baselineStages(profile: Profile, stages: readonly Stages[]): string {
	const part = (of: (taken: Stages) => number) => `${median(stages.map(of)).toFixed(0)} ms`;
	return `${profile}, baseline: container ${part((s) => s.container)}, image ${part((s) => s.image)}, networks and machines ${part((s) => s.machines)}`;
}

/** When each step of the last deploy began and how long it took, in the order of their beginnings. */
function trace(profile: Profile, task: Task): string[] {
	const begin = Date.parse(task.createdAt);
	const steps = task.steps
		.filter((step) => step.startedAt !== null && step.endedAt !== null)
		.map((step) => ({ id: step.id, at: Date.parse(step.startedAt ?? ""), end: Date.parse(step.endedAt ?? "") }))
		.sort((a, b) => a.at - b.at);
	const total = Date.parse(task.endedAt ?? task.createdAt) - begin;
	return [
		`${profile}, Homerange's last deploy, ${total} ms from the task's start:`,
		...steps.map(
			({ id, at, end }) => `  +${String(at - begin).padStart(5)} ms  ${String(end - at).padStart(5)} ms  ${id}`,
		),
	];
}
