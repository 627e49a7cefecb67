import { setTimeout as delay } from "node:timers/promises";
import type { EngineStatus } from "../../contract/engines.ts";
import { HomerangeError } from "../../contract/errors.ts";
import type { Logger } from "../log.ts";
import { findPlaces } from "./discovery.ts";
import type { DockerEngine } from "./engine.ts";
import { engineFacts } from "./engine-facts.ts";
import { watchEvents } from "./events.ts";
import { abortError } from "./limits.ts";
import { type Probe, probeEndpoint } from "./probe.ts";

const firstDelayMs = 250;
const longestDelayMs = 30_000;
/** A connection that lasted so long was a good one. */
const stableMs = 10_000;

export interface HostEngineOptions {
	env: NodeJS.ProcessEnv;
	homeFolder: string;
	log: Logger;
}

/**
 * The Docker Engine that ranges are made on: found, watched through its event stream, and found again when it
 * went away. While none answers it looks again after growing pauses, never in a storm.
 */
export class HostEngine {
	readonly #options: HostEngineOptions;
	readonly #listeners = new Set<(status: EngineStatus) => void>();
	readonly #closed = new AbortController();
	#status: EngineStatus = { state: "connecting", chosen: null, candidates: [], facts: null };
	#engine: DockerEngine | null = null;
	#endpoint: string | null = null;
	#watch: { close(): void } | null = null;
	#round: Promise<EngineStatus> | null = null;
	#delayMs = firstDelayMs;
	#retry: AbortController | null = null;

	constructor(options: HostEngineOptions) {
		this.#options = options;
	}

	/** Begins to look for an engine, in the background. */
	start(): void {
		this.#background(this.rediscover());
	}

	status(): EngineStatus {
		return this.#status;
	}

	/** The engine in use; throws ENGINE_UNREACHABLE with a remedy when there is none. */
	current(): DockerEngine {
		if (this.#engine !== null && this.#status.state === "connected") return this.#engine;
		const { chosen } = this.#status;
		if (chosen !== null) {
			throw new HomerangeError("ENGINE_UNREACHABLE", `The Docker Engine at ${chosen.endpoint} went away.`, {
				place: "host",
				remedy: "It is looked for again by itself. If it does not come back, start Docker and run the doctor.",
			});
		}
		const first = this.#status.candidates[0];
		throw new HomerangeError(
			"ENGINE_UNREACHABLE",
			first ? `No Docker Engine can be used. ${first.source}: ${first.message}` : "No Docker Engine was found yet.",
			{
				place: "host",
				remedy: first?.remedy ?? "Start Docker and run the doctor.",
				detail: this.#status.candidates.map((c) => `${c.source} (${c.endpoint}): ${c.message}`).join("\n"),
			},
		);
	}

	/** Waits for a running discovery to end, then gives the engine or throws like `current()`. */
	async ready(signal?: AbortSignal): Promise<DockerEngine> {
		if (this.#status.state !== "connected") {
			const round = this.#round ?? (this.#status.candidates.length === 0 ? this.rediscover() : null);
			if (round) await abortable(round, signal);
		}
		return this.current();
	}

	/** Looks at every place now. Calls at the same time share one round. */
	rediscover(): Promise<EngineStatus> {
		this.#retry?.abort();
		this.#round ??= this.#discover().finally(() => {
			this.#round = null;
		});
		return this.#round;
	}

	onChange(listener: (status: EngineStatus) => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	close(): void {
		this.#closed.abort();
		this.#retry?.abort();
		this.#watch?.close();
		this.#listeners.clear();
	}

	async #discover(): Promise<EngineStatus> {
		const { env, homeFolder, log } = this.#options;
		const { endpoints, isExplicit, problems } = await findPlaces(env, homeFolder);
		for (const problem of problems) log.warn({}, problem);
		const probes = await Promise.all(endpoints.map((place) => probeEndpoint(place, this.#closed.signal)));
		const candidates = probes.map(({ candidate }) => candidate);
		const usable = (isExplicit ? probes.slice(0, 1) : probes).find(({ engine }) => engine !== null);
		if (isExplicit && !usable) adviseOthers(probes);
		if (!usable?.engine) {
			this.#disconnect();
			this.#publish({ state: "unreachable", chosen: null, candidates, facts: null });
			this.#retryLater();
			return this.#status;
		}
		// Others hold on to the object: an engine that came back unchanged keeps it.
		const engine = this.#isSame(usable.engine, usable.candidate.endpoint) ? this.#engine : usable.engine;
		try {
			const facts = await engineFacts(engine ?? usable.engine, this.#closed.signal);
			this.#connect(engine ?? usable.engine);
			this.#endpoint = usable.candidate.endpoint;
			this.#publish({ state: "connected", chosen: usable.candidate, candidates, facts });
		} catch (error) {
			this.#disconnect();
			log.warn({ error }, "The Docker Engine answered and then failed");
			this.#publish({ state: "unreachable", chosen: null, candidates, facts: null });
			this.#retryLater();
		}
		return this.#status;
	}

	#isSame(engine: DockerEngine, endpoint: string): boolean {
		const { version, apiVersion } = this.#engine ?? {};
		return this.#endpoint === endpoint && version === engine.version && apiVersion === engine.apiVersion;
	}

	#connect(engine: DockerEngine): void {
		if (this.#engine === engine && this.#watch !== null) return;
		this.#engine = engine;
		this.#watch?.close();
		const { log } = this.#options;
		let openedAt = Number.POSITIVE_INFINITY;
		const watch = watchEvents(engine, {
			filters: { type: ["daemon"] },
			onOpen: () => {
				openedAt = performance.now();
			},
			onEvent: (event) => log.debug({ event }, "Docker daemon event"),
			onEnd: (error) => {
				if (this.#watch !== watch) return;
				this.#watch = null;
				if (error === null || this.#closed.signal.aborted) return;
				log.warn({ error }, "The connection to the Docker Engine was lost");
				// An engine that answers and hangs up at once must not be asked at the shortest pause for ever.
				if (performance.now() - openedAt > stableMs) this.#delayMs = firstDelayMs;
				this.#publish({ ...this.#status, state: "connecting" });
				this.#retryLater();
			},
		});
		this.#watch = watch;
	}

	#disconnect(): void {
		this.#watch?.close();
		this.#watch = null;
	}

	#retryLater(): void {
		if (this.#closed.signal.aborted) return;
		const retry = new AbortController();
		this.#retry = retry;
		const wait = this.#delayMs * (0.75 + Math.random() / 2);
		this.#delayMs = Math.min(this.#delayMs * 2, longestDelayMs);
		const again = async () => {
			await delay(wait, undefined, { signal: retry.signal, ref: false });
			await this.rediscover();
		};
		this.#background(again());
	}

	#background(work: Promise<unknown>): void {
		work.catch((error: unknown) => {
			const isAbort = error instanceof Error && error.name === "AbortError";
			if (!isAbort) this.#options.log.error({ error }, "Looking for a Docker Engine failed");
		});
	}

	#publish(status: EngineStatus): void {
		if (this.#closed.signal.aborted || JSON.stringify(status) === JSON.stringify(this.#status)) return;
		this.#status = status;
		for (const listener of this.#listeners) listener(status);
	}
}

/** DOCKER_HOST or DOCKER_CONTEXT names an engine that does not work, and another one would. */
function adviseOthers(probes: Probe[]): void {
	const [named, ...others] = probes;
	const other = others.find(({ engine }) => engine !== null);
	if (!named || !other) return;
	const { candidate } = named;
	const variable = candidate.source === "DOCKER_HOST" ? "DOCKER_HOST" : "DOCKER_CONTEXT";
	candidate.remedy = `Unset ${variable} to use ${other.candidate.endpoint}, or: ${candidate.remedy ?? "correct it"}`;
}

function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
	if (!signal) return promise;
	if (signal.aborted) return Promise.reject(abortError());
	const { promise: aborted, reject } = Promise.withResolvers<never>();
	const onAbort = () => reject(abortError());
	signal.addEventListener("abort", onAbort, { once: true });
	return Promise.race([promise, aborted]).finally(() => signal.removeEventListener("abort", onAbort));
}
