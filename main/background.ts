import { watch } from "node:fs";
import { HomerangeError } from "../contract/errors.ts";
import { type Engine, type EngineOptions, startEngine } from "./engine.ts";
import { prepareDataFolder, socketPath } from "./paths.ts";
import { connectSocket } from "./rpc/client.ts";

const defaultIdleSeconds = 20;
/** How long an engine that is ending, or only starting, is waited for. */
const waitLimitMs = 30_000;
/** A lock that its owner's death freed makes no event in the folder. */
const lookAgainMs = 250;

/**
 * Runs the engine of the command line: it ends by itself when no client is
 * connected and nothing runs. Null when another engine serves the folder already.
 */
export async function runBackgroundEngine(options: Omit<EngineOptions, "kind">): Promise<Engine | null> {
	prepareDataFolder(options.dataFolder);
	const engine = await startOrFind(options);
	if (engine === null) return null;
	const leave = () => void engine.close();
	process.on("SIGTERM", leave).on("SIGINT", leave);
	endWhenIdle(engine, idleSeconds(options.env));
	return engine;
}

/** Takes the folder as soon as it is free; gives up when an engine answers on its socket. */
async function startOrFind(options: Omit<EngineOptions, "kind">): Promise<Engine | null> {
	const deadline = performance.now() + waitLimitMs;
	for (;;) {
		try {
			return await startEngine({ ...options, kind: "background" });
		} catch (error) {
			if (!(error instanceof HomerangeError) || error.code !== "ENGINE_LOCKED" || performance.now() > deadline)
				throw error;
		}
		const socket = await connectSocket(socketPath(options.dataFolder, options.env));
		if (socket !== null) {
			socket.destroy();
			return null;
		}
		await changeIn(options.dataFolder);
	}
}

/** Resolves at the next event in the folder, or a moment later. */
async function changeIn(folder: string): Promise<void> {
	const { promise, resolve } = Promise.withResolvers<void>();
	const watcher = watch(folder, () => resolve());
	const timer = setTimeout(resolve, lookAgainMs);
	await promise;
	clearTimeout(timer);
	watcher.close();
}

/** Quiet at the beginning and at the end of the time. Looking again needs no event: a detached shell ends without one. */
function endWhenIdle(engine: Engine, seconds: number): void {
	let wasQuiet = false;
	let timer: NodeJS.Timeout | null = null;
	const look = () => {
		if (timer !== null) clearTimeout(timer);
		wasQuiet = engine.isQuiet();
		timer = setTimeout(() => {
			if (wasQuiet && engine.isQuiet()) void engine.close();
			else look();
		}, seconds * 1000);
	};
	engine.onQuiet(look);
	look();
	void engine.ended.then(() => {
		if (timer !== null) clearTimeout(timer);
	});
}

function idleSeconds(env: NodeJS.ProcessEnv): number {
	const wanted = Number(env.HOMERANGE_IDLE_SECONDS);
	return env.HOMERANGE_IDLE_SECONDS !== undefined && wanted >= 0 ? wanted : defaultIdleSeconds;
}
