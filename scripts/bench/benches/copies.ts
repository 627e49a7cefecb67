import { performance } from "node:perf_hooks";
import { connectInnerEngine } from "../../../main/docker/inner-engine.ts";
import { startBareDind } from "../bare-dind.ts";
import type { Bench, BenchContext, Figure } from "../bench.ts";
import { runCommand } from "../command.ts";
import { EngineProcess } from "../engine-process.ts";
import { makeImage, megabytes } from "../images-and-volumes.ts";

/** Four images of 256 MB, one for each machine: a gigabyte that no two of them share. */
const script = "head -c 256000000 /dev/urandom > /data";
const addresses = [10, 11, 12, 13];
const command = ["sh", "-c", "trap 'exit 0' TERM INT; while :; do sleep 3600 & wait $!; done"];

/** How the cost of copies grows, against deployments that share nothing. One round: it takes minutes. */
export const copies: Bench = {
	name: "copies",
	title: "Copies of a range of four machines with a gigabyte of images",
	async run(context) {
		const { host, dindImage, signal } = context;
		const recipe = context.quick ? script.replace("256000000", "16000000") : script;
		const images = [];
		for (const _ of addresses) images.push(await makeImage(context, { script: recipe }));
		const references = images.map(({ reference }) => reference);
		const engine = await EngineProcess.start(context);
		const figures: Figure[] = [];

		const naive = async (count: number): Promise<{ ms: number; mb: number }> => {
			const start = performance.now();
			const bare = [];
			for (let n = 0; n < count; n++) bare.push(await deployNaively(context, references));
			const ms = performance.now() - start;
			const sizes = await Promise.all(bare.map(({ container }) => megabytes(host, dindImage, container, signal)));
			for (const { remove } of bare) await remove();
			return { ms, mb: sizes.reduce((sum, size) => sum + size, 0) };
		};
		const ours = async (count: number): Promise<{ ms: number; mb: number }> => {
			const start = performance.now();
			const { ranges } = await engine.deploy(blueprint(references), { profile: "privileged", copies: count });
			const ms = performance.now() - start;
			const volumes = await Promise.all(
				ranges.map(async (range) => (await engine.client.api.ranges.get({ range })).dind?.volume ?? ""),
			);
			const sizes = await Promise.all(volumes.map((volume) => megabytes(host, dindImage, volume, signal)));
			await engine.destroy(ranges);
			return { ms, mb: sizes.reduce((sum, size) => sum + size, 0) };
		};

		const first = await ours(1);
		const store = (await engine.client.api.layers.list({})).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) / 1e6;
		const one = await naive(1);
		const many = context.quick ? 2 : 10;
		const manyNaive = await naive(many);
		for (const count of context.quick ? [1, many] : [1, 5, many, 20]) {
			const taken = await ours(count);
			const against = count === 1 ? one : count === many ? manyNaive : null;
			const baselineIs =
				against &&
				`${count} times: a bare DinD, docker save | docker load of the images, and four machines by API calls`;
			const common = { baselineIs, budget: null } as const;
			figures.push(
				{
					name: `${count} more ${count === 1 ? "copy" : "copies"}, from images already prepared`,
					unit: "ms",
					subject: [taken.ms],
					baseline: against && [against.ms],
					notes: [
						`One that shares nothing took ${one.ms.toFixed(0)} ms; the first range, which filled the store, ${first.ms.toFixed(0)} ms.`,
					],
					...common,
				},
				{
					name: `disk of ${count} ${count === 1 ? "copy" : "copies"} with the store`,
					unit: "MB",
					subject: [taken.mb + store],
					baseline: against && [against.mb],
					notes: [
						`Of this the store is ${store.toFixed(0)} MB; one that shares nothing takes ${one.mb.toFixed(0)} MB.`,
					],
					...common,
				},
			);
		}
		await engine.close();
		for (const image of images) await image.remove();
		return { figures };
	},
};

const blueprint = (references: readonly string[]) => `blueprint: 1
name: bench-copies
networks: { lan: { subnet: 10.0.1.0/24 } }
machines:
${references
	.map(
		(image, n) =>
			`  m${n}: { image: "${image}", command: ${JSON.stringify(command)}, nics: [{ network: lan, ip: 10.0.1.${addresses[n]} }] }`,
	)
	.join("\n")}
`;

async function deployNaively(context: BenchContext, references: readonly string[]) {
	const { host, signal } = context;
	const bare = await startBareDind(context, "privileged");
	const pipe = `docker save ${references.join(" ")} | docker exec -i ${bare.container} docker load`;
	await runCommand("sh", ["-c", pipe], { signal, expect: "Loaded image" });
	const { api, close } = await connectInnerEngine(host, bare.container, "the bench", signal);
	await api.createNetwork({ Name: "lan", IPAM: { Driver: "default", Config: [{ Subnet: "10.0.1.0/24" }] } });
	await Promise.all(
		references.map(async (Image, n) => {
			const IPAMConfig = { IPv4Address: `10.0.1.${addresses[n]}` };
			const container = await api.createContainer({
				name: `m${n}`,
				Image,
				Cmd: command,
				HostConfig: { NetworkMode: "lan" },
				NetworkingConfig: { EndpointsConfig: { lan: { IPAMConfig } } },
			});
			await container.start();
		}),
	);
	close();
	return bare;
}
