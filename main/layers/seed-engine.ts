import { HomerangeError } from "../../contract/errors.ts";
import { label, profileOptions, waitForInnerEngine } from "../dind/index.ts";
import { diskFullRemedy, isNoSpace, isNotFound, printable } from "../docker/api-errors.ts";
import { asking } from "../docker/asking.ts";
import type { DockerEngine, InnerEngine } from "../docker/engine.ts";
import { runExec } from "../docker/exec.ts";
import { connectInnerEngine } from "../docker/inner-engine.ts";
import type { StoreKey } from "./store-volume.ts";

/** The inner engine that fills a store: a container of the ranges' own kind, without a network and without machines. */
export interface SeedEngine {
	readonly inner: InnerEngine;
	/** Runs a script as root of its container, with the data folder as the first argument; gives what it printed. */
	run(script: string, parameters: readonly string[], signal: AbortSignal): Promise<string>;
	/** Ends it at once. Nothing is lost by that: a layer counts only once it was marked. */
	close(): Promise<void>;
}

/** Name of the container that fills a store. */
export const seedName = (volume: string): string => `${volume}-seed`;

/** Marking reads every layer's files once. */
const scriptLimitMs = 10 * 60_000;
const removalLimitMs = 60_000;

/**
 * Starts an engine of the store's generation on the store's volume. UNSUPPORTED when its store of images has a
 * layout that cannot be shared.
 */
export async function startSeedEngine(
	host: DockerEngine,
	key: StoreKey,
	volume: string,
	signal: AbortSignal,
): Promise<SeedEngine> {
	const { parts, dataFolder } = await profileOptions(host, { image: key.dindImage, profile: key.profile }, []);
	const container = await host.api.createContainer({
		...parts,
		name: seedName(volume),
		Labels: { [label.owner]: key.owner, [label.role]: "seed", [label.store]: volume },
		HostConfig: {
			...parts.HostConfig,
			Mounts: [{ Type: "volume", Source: volume, Target: dataFolder }],
			NetworkMode: "none",
		},
	});
	const remove = async () => {
		try {
			const options: object = { force: true, v: true, abortSignal: AbortSignal.timeout(removalLimitMs) };
			await container.remove(options);
		} catch (error) {
			if (!isNotFound(error)) throw error;
		}
	};
	try {
		const options: object = { abortSignal: signal };
		await container.start(options);
		await waitForInnerEngine(host, { container: container.id }, signal);
		const inner = await connectInnerEngine(host, container.id, "the layer store", signal);
		try {
			await requireKnownLayout(inner, signal);
		} catch (error) {
			inner.close();
			throw error;
		}
		return {
			inner,
			run: async (script, parameters, limit) =>
				await runScript(host, container.id, ["sh", "-c", script, "homerange-store", dataFolder, ...parameters], limit),
			async close() {
				inner.close();
				await remove();
			},
		};
	} catch (error) {
		await remove();
		throw error;
	}
}

async function requireKnownLayout(inner: InnerEngine, signal: AbortSignal): Promise<void> {
	const { Driver: driver } = (await asking(inner.api).info({ abortSignal: signal })) as { Driver?: unknown };
	if (driver === "overlay2") return;
	throw new HomerangeError(
		"UNSUPPORTED",
		`The inner engine keeps images by ${printable(String(driver), 40)}, whose layers cannot be shared.`,
	);
}

async function runScript(
	host: DockerEngine,
	container: string,
	command: string[],
	signal: AbortSignal,
): Promise<string> {
	const { exitCode, stdout, stderr } = await runExec(
		host,
		container,
		{ command, user: "0:0", limitMs: scriptLimitMs },
		signal,
	);
	if (exitCode === 0) return stdout;
	const isFull = isNoSpace(stderr);
	throw new HomerangeError(isFull ? "DISK_FULL" : "ENGINE_REFUSED", "The layer store could not be brought in order.", {
		place: container,
		remedy: isFull ? diskFullRemedy : "Look at the detail, and at the disk space of the Docker Engine.",
		detail: printable(stderr || stdout),
	});
}

/** Removes an installation's seed engines but those on the given stores: their Homerange was killed before it could. */
export async function removeStaleSeeds(
	host: DockerEngine,
	owner: string,
	but: ReadonlySet<string>,
	signal: AbortSignal,
): Promise<void> {
	const filters = { label: [`${label.owner}=${owner}`, `${label.role}=seed`] };
	const found = await host.api.listContainers({ all: true, filters, abortSignal: signal });
	await Promise.all(
		found.map(async ({ Id: id, Labels: labels }) => {
			if (but.has(labels[label.store] ?? "")) return;
			try {
				await host.api.getContainer(id).remove({ force: true, v: true });
			} catch (error) {
				if (!isNotFound(error)) throw error;
			}
		}),
	);
}
