import { runExec } from "../../../main/docker/exec.ts";
import { connectInnerEngine } from "../../../main/docker/inner-engine.ts";
import { openDirectEngine, type Profile, profiles, startBareDind, untilAnswers } from "../bare-dind.ts";
import type { Bench, BenchContext, Figure } from "../bench.ts";
import { runCommand } from "../command.ts";
import { EngineProcess } from "../engine-process.ts";
import { interleave, timed } from "../measure.ts";
import { blueprint, image, makeMachines, startMachines, stopMachines } from "../ten-machines.ts";

const graceSeconds = 1;

export const lifecycle: Bench = {
	name: "lifecycle",
	title: "Stop and start of a range with ten machines",
	async run(context) {
		const figures: Figure[] = [];
		const engine = await EngineProcess.start(context);
		for (const profile of profiles) {
			const { ranges } = await engine.deploy(blueprint, { profile });
			const range = ranges[0] ?? "";
			const bare = await BareTen.start(context, profile);
			// Both are warm after one stop and start.
			await Promise.all([engine.stop(range), bare.stop()]);
			await Promise.all([engine.startRange(range), bare.startAgain()]);
			const stop = { subject: [] as number[], baseline: [] as number[] };
			const start = await interleave(context, context.runs, {
				subject: async () => {
					stop.subject.push(await timed(() => engine.stop(range)));
					return await timed(() => engine.startRange(range));
				},
				baseline: async () => {
					stop.baseline.push(await timed(() => bare.stop()));
					return await timed(() => bare.startAgain());
				},
			});
			const way = `by concurrent API calls, and docker stop or docker start of the container (${profile})`;
			figures.push(
				{ name: `stop, ${profile}`, unit: "ms", ...stop, baselineIs: `ten containers stopped ${way}`, budget: null },
				{
					name: `start, ${profile}`,
					unit: "ms",
					...start,
					baselineIs: `the engine's answer awaited and ten containers started ${way}; no filter, no wall`,
					budget: null,
				},
			);
			await bare.remove();
			await engine.destroy(ranges);
		}
		await engine.close();
		return { figures };
	},
};

/** The same ten machines in a bare DinD, stopped and started with nothing around the API calls. */
class BareTen {
	readonly #context: BenchContext;
	readonly #profile: Profile;
	readonly #container: string;
	readonly remove: () => Promise<void>;

	private constructor(context: BenchContext, profile: Profile, bare: { container: string; remove(): Promise<void> }) {
		this.#context = context;
		this.#profile = profile;
		this.#container = bare.container;
		this.remove = () => bare.remove();
	}

	static async start(context: BenchContext, profile: Profile): Promise<BareTen> {
		const bare = await startBareDind(context, profile);
		const pipe = `docker save ${image} | docker exec -i ${bare.container} docker load`;
		await runCommand("sh", ["-c", pipe], { signal: context.signal, expect: "Loaded image" });
		const ten = new BareTen(context, profile, bare);
		await ten.#withEngine(makeMachines);
		return ten;
	}

	async stop(): Promise<void> {
		await this.#withEngine((engine) => stopMachines(engine, graceSeconds));
		await this.#context.host.api.getContainer(this.#container).stop({ t: 20 });
	}

	async startAgain(): Promise<void> {
		const { host, signal } = this.#context;
		await host.api.getContainer(this.#container).start();
		const command = ["sh", "-c", untilAnswers];
		await runExec(host, this.#container, { command, killable: true }, signal);
		await this.#withEngine(startMachines);
	}

	async #withEngine(work: (engine: Parameters<typeof makeMachines>[0]) => Promise<void>): Promise<void> {
		const { host, signal } = this.#context;
		const direct = await openDirectEngine(host, this.#container, this.#profile);
		if (direct.engine !== null) {
			await work(direct.engine);
			direct.close();
			return;
		}
		const tunnel = await connectInnerEngine(host, this.#container, "the bench", signal);
		await work(tunnel);
		tunnel.close();
	}
}
