import { HomerangeError } from "../../contract/errors.ts";
import {
	chooseOuterSubnet,
	type DindSpec,
	ensureDind,
	ensureOuterNetwork,
	ensureVolume,
	hostNames,
	resolveDindImage,
	startDind,
	stopDind,
	takenSubnets,
	waitForInnerEngine,
} from "../dind/index.ts";
import type { DockerEngine } from "../docker/engine.ts";
import { ensureHostImage, type TransferOptions, transferImage } from "../docker/images.ts";
import type { ImagesRequest, LayerStores, PreparedImages } from "../layers/index.ts";
import type { TaskRun } from "../tasks/tasks.ts";
import { assertNever } from "./assert-never.ts";
import type { Connections, RangeConnection } from "./connections.ts";
import type { RangesDeps } from "./deps.ts";
import { hasInternet } from "./filter-spec.ts";
import { done, type StepResult } from "./graph.ts";
import { ensureInnerNetwork } from "./inner-network.ts";
import type { MachineSteps } from "./machine-steps.ts";
import type { RangeStep } from "./planner.ts";
import type { ProfileMemory } from "./profile-memory.ts";
import type { RangeFilters } from "./range-filters.ts";
import { cloneLayers, layersWork, prepareLayers, withdrawLayers } from "./range-layers.ts";
import { raiseWall } from "./range-wall.ts";
import { hasVms, type RangeRecord } from "./record.ts";
import type { RangeStore } from "./store.ts";

export interface StepRunnerParts {
	readonly deps: RangesDeps;
	readonly store: RangeStore;
	readonly connections: Connections;
	readonly profiles: ProfileMemory;
	readonly machines: MachineSteps;
	readonly filters: RangeFilters;
	readonly layers: LayerStores;
}

/** Seconds that the inner engine gets to end itself; its machines were stopped before. */
const engineGraceSeconds = 20;

/**
 * For calls that make something on the host engine: a cancel waits for them. An
 * engine goes on with a call whose client has gone, and would make the thing
 * after the undo has looked for it.
 */
const patience = () => AbortSignal.timeout(60_000);

/** Does the work of the steps of one operation on one range. */
export class StepRunner {
	readonly #p: StepRunnerParts;
	readonly #range: RangeRecord;
	readonly #task: TaskRun;
	readonly #host: DockerEngine;
	/** The isolation profile that the person asked for; absent: the setting's. */
	readonly #wantedProfile: "auto" | "privileged" | "unprivileged";
	#image: string | null;
	#prepared: PreparedImages | null = null;
	#subnet: string | null = null;

	constructor(
		parts: StepRunnerParts,
		o: { range: RangeRecord; task: TaskRun; profile?: "auto" | "privileged" | "unprivileged" | undefined },
	) {
		this.#p = parts;
		this.#range = o.range;
		this.#task = o.task;
		this.#host = parts.deps.host.current();
		this.#wantedProfile = o.profile ?? parts.deps.settings.get().isolation;
		this.#image = o.range.dind?.image ?? null;
	}

	async run(step: RangeStep, signal: AbortSignal): Promise<StepResult> {
		switch (step.kind) {
			case "dind-image":
				return await this.#chooseImage(step.id, signal);
			case "outer-network":
				return await this.#outerNetwork(signal);
			case "volume":
				await ensureVolume(this.#host, this.#spec(), patience());
				return done;
			case "layers":
				return await this.#layers(step.id, signal);
			case "clone":
				return await this.#clone(signal);
			case "container":
				return await this.#container(signal);
			case "inner-engine":
				return await this.#innerEngine(signal);
			case "wall":
				return await this.#wall();
			case "filter":
				return await this.#filter(signal);
			case "stop-container":
				return await this.#stopContainer(signal);
			case "host-image":
				await ensureHostImage(this.#host, step.image, this.#progress(step.id, signal));
				return done;
			case "disk":
				return await this.#disk(step.id, step.image, signal);
			case "image": {
				const { inner } = this.#connection();
				const { skipped } = await transferImage(this.#host, inner, step.image, this.#progress(step.id, signal));
				return skipped ? { outcome: "skipped", note: "already in the range" } : done;
			}
			case "network":
				await ensureInnerNetwork(this.#connection().inner, this.#range, step.network, this.#p.deps.owner, signal);
				return done;
			case "create":
			case "start":
			case "ready":
			case "stop":
				return await this.#p.machines.run(this.#range, step.kind, step.machine, this.#connection(), signal);
			default:
				return assertNever(step);
		}
	}

	async #chooseImage(stepId: string, signal: AbortSignal): Promise<StepResult> {
		const { store, deps, profiles } = this.#p;
		const range = this.#range;
		if (range.dind !== null) return { outcome: "skipped", note: range.dind.image };
		const wanted = deps.settings.get().dindImage;
		const { image, reason } = await resolveDindImage(this.#host, wanted, this.#progress(stepId, signal));
		this.#image = image;
		if (range.profile === null) {
			// Recorded before the container exists: an interrupted deploy goes on in the same profile.
			const choice = await profiles.choose(this.#host, this.#wantedProfile, image, signal);
			store.update(range, { profile: choice.profile, profileReason: choice.reason });
		}
		return { outcome: "done", note: `${reason ?? image}, ${range.profile} profile` };
	}

	async #outerNetwork(signal: AbortSignal): Promise<StepResult> {
		if (this.#range.dind === null) {
			const { outerPool: pool } = this.#p.deps.settings.get();
			const taken = await takenSubnets(this.#host, this.#imageOf());
			this.#subnet = chooseOuterSubnet({ pool, taken, avoid: this.#avoid() });
		} else {
			this.#subnet = this.#range.dind.subnet;
		}
		signal.throwIfAborted();
		const { subnet } = await ensureOuterNetwork(this.#host, this.#spec(), patience());
		this.#subnet = subnet;
		return { outcome: "done", note: subnet };
	}

	async #layers(stepId: string, signal: AbortSignal): Promise<StepResult> {
		const range = this.#range;
		if (range.dind !== null) return { outcome: "skipped", note: "the range's engine has run already" };
		const onProgress: ImagesRequest["onProgress"] = (bytes, total, note) =>
			this.#task.progress(stepId, { unit: "bytes", done: bytes, total }, note);
		const spec = this.#spec();
		const prepared = await prepareLayers(this.#p, { host: this.#host, range, spec, signal, onProgress });
		this.#prepared = prepared;
		return prepared === null ? { outcome: "skipped", note: this.#withoutStore() } : done;
	}

	async #disk(stepId: string, image: string, signal: AbortSignal): Promise<StepResult> {
		const onProgress = (bytes: number, total: number | null) =>
			this.#task.progress(stepId, { unit: "bytes", done: bytes, total });
		const isNew = await this.#p.deps.vms.ensureDisk(image, { signal, onProgress });
		return isNew ? done : { outcome: "skipped", note: "already there" };
	}

	/** Why the range takes nothing from the layer store now. */
	#withoutStore(): string {
		return this.#range.layers?.reason ?? "its images are sent into it";
	}

	async #clone(signal: AbortSignal): Promise<StepResult> {
		if (this.#prepared === null) return { outcome: "skipped", note: this.#withoutStore() };
		const { volume } = hostNames(this.#range.name, this.#range.id);
		const { way, reason } = await cloneLayers(this.#p, this.#host, this.#range, this.#prepared, volume, signal);
		return way === "streamed" ? { outcome: "skipped", note: reason } : { outcome: "done", note: reason };
	}

	async #container(signal: AbortSignal): Promise<StepResult> {
		const spec = this.#spec();
		const { rangeId, container, volume, network, subnet, image } = await ensureDind(this.#host, spec, patience());
		const engine = this.#range.dind?.engine ?? null;
		const recorded = { rangeId, container, volume, network, subnet, image, profile: spec.profile, engine };
		this.#p.store.update(this.#range, { dind: recorded });
		signal.throwIfAborted();
		await startDind(this.#host, recorded, patience());
		return done;
	}

	async #innerEngine(signal: AbortSignal): Promise<StepResult> {
		const recorded = this.#recorded();
		await waitForInnerEngine(this.#host, recorded, signal);
		// A connection from before the container's stop would have dead tunnels.
		this.#p.connections.close(this.#range.id);
		let connection = await this.#p.connections.open(this.#range, recorded, signal);
		// Only a deploy has just cloned; a range that starts again was tested then.
		if (this.#prepared !== null && !(await layersWork(this.#p, this.#range, connection.inner, signal))) {
			this.#p.connections.close(this.#range.id);
			await withdrawLayers(this.#p, this.#host, this.#range, recorded, signal);
			await waitForInnerEngine(this.#host, recorded, signal);
			connection = await this.#p.connections.open(this.#range, recorded, signal);
		}
		return { outcome: "done", note: `Docker ${connection.inner.version}` };
	}

	async #wall(): Promise<StepResult> {
		const wall = await raiseWall(this.#p.deps, this.#host, this.#range, this.#imageOf(), patience());
		return wall.applied ? done : { outcome: "skipped", note: wall.reason };
	}

	async #filter(signal: AbortSignal): Promise<StepResult> {
		const { range: applied } = await this.#p.filters.apply(this.#range, this.#connection(), signal);
		return hasInternet(this.#range) && applied.resolver === null
			? { outcome: "done", note: "no name server was found for networks with internet" }
			: done;
	}

	async #stopContainer(signal: AbortSignal): Promise<StepResult> {
		this.#p.connections.close(this.#range.id);
		if (hasVms(this.#range)) await this.#p.deps.vms.halt(this.#range.id, signal);
		await stopDind(this.#host, this.#recorded(), engineGraceSeconds, signal);
		return done;
	}

	#spec(): DindSpec {
		const { deps } = this.#p;
		const range = this.#range;
		const { limits } = range.blueprint;
		// An engine refuses a limit beyond what its host has.
		const most = deps.host.status().facts?.cpus ?? limits.cpus;
		return {
			owner: deps.owner,
			rangeId: range.id,
			rangeName: range.name,
			image: this.#imageOf(),
			profile: range.profile ?? "privileged",
			subnet: this.#subnet ?? "",
			pool: deps.settings.get().outerPool,
			avoid: this.#avoid(),
			cpus: Math.min(limits.cpus, most),
			memoryBytes: limits.memoryBytes,
			store: range.layers?.store ?? null,
			hasInternet: hasInternet(range),
		};
	}

	#avoid(): string[] {
		return this.#range.blueprint.networks.map((network) => network.subnet);
	}

	#imageOf(): string {
		if (this.#image === null) throw new Error("the range's engine image is not chosen yet");
		return this.#image;
	}

	#recorded() {
		const { dind, name } = this.#range;
		if (dind !== null) return dind;
		throw new HomerangeError("STATE_CONFLICT", `The container of ${name} does not exist.`, { place: name });
	}

	#connection(): RangeConnection {
		const connection = this.#p.connections.find(this.#range.id);
		if (connection !== null) return connection;
		throw new HomerangeError("ENGINE_UNREACHABLE", `The inner engine of ${this.#range.name} is not connected.`, {
			place: this.#range.name,
			remedy: "Start the range again.",
		});
	}

	#progress(stepId: string, signal: AbortSignal): TransferOptions {
		return {
			signal,
			onProgress: ({ phase, done: bytes, total, note }) =>
				this.#task.progress(stepId, { unit: "bytes", done: bytes, total }, note ?? phase),
		};
	}
}
