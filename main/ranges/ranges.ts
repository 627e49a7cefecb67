import { setTimeout as delay } from "node:timers/promises";
import type { DeployPreview, DeployRequest } from "../../contract/blueprints.ts";
import type { EngineStatus } from "../../contract/engines.ts";
import { HomerangeError } from "../../contract/errors.ts";
import type { FreedLayers, LayerStore } from "../../contract/layers.ts";
import type { Leftovers } from "../../contract/leftovers.ts";
import type { PreviewUpdateRequest, RangeUpdate, UpdateRequest } from "../../contract/range-update.ts";
import type { RangeDetail, RangeSummary } from "../../contract/ranges.ts";
import type { TaskKind } from "../../contract/tasks.ts";
import type { ChannelTarget, VmTarget } from "../consoles/index.ts";
import { expectedDindImage } from "../dind/index.ts";
import type { DockerEngine } from "../docker/engine.ts";
import { LayerStores } from "../layers/index.ts";
import type { TaskRun } from "../tasks/tasks.ts";
import { assertNever } from "./assert-never.ts";
import { Connections } from "./connections.ts";
import { DeployGate } from "./deploy-gate.ts";
import { deploy } from "./deploy-operation.ts";
import type { RangesDeps } from "./deps.ts";
import { destroy } from "./destroy-operation.ts";
import {
	type LifecycleRequest,
	pauseRange,
	restartRange,
	resumeRange,
	startRange,
	stopRange,
} from "./lifecycle-operations.ts";
import { locateMachine } from "./locate.ts";
import { OperationLocks } from "./locks.ts";
import { type MachineOperation, operateMachine } from "./machine-operations.ts";
import { MachineStates } from "./machine-states.ts";
import { MachineSteps } from "./machine-steps.ts";
import { type InternetSwitch, refuseInternetSwitch, setInternet } from "./network-operation.ts";
import { Observer } from "./observer.ts";
import { findOrphans, removeOrphans } from "./orphans.ts";
import type { OperationParts } from "./parts.ts";
import { preflight, preflightError, prepareDeploy, previewDeploy } from "./preview.ts";
import { ProfileMemory } from "./profile-memory.ts";
import { RangeFilters } from "./range-filters.ts";
import { openRangeSite, type RangeSite } from "./range-site.ts";
import { Reconciler } from "./reconciler.ts";
import { findMachine, type MachineRecord, type RangeRecord } from "./record.ts";
import { Restarts, systemClock } from "./restarts.ts";
import { RangeStore } from "./store.ts";
import { RangeTruth } from "./truth.ts";
import { updateRange } from "./update-operation.ts";
import { prepareUpdate, refuseLoss, wantedUpdate } from "./update-request.ts";

type Started = { taskId: string };

/** What another part of the product wants to do with a range, or with one machine of it. */
export interface OuterOperation {
	readonly kind: TaskKind;
	readonly actor: string;
	readonly machine?: string | undefined;
	title(range: RangeRecord, machine: MachineRecord | null): string;
}

export type OuterWork = (
	parts: OperationParts,
	request: LifecycleRequest & { readonly machine: MachineRecord | null },
) => Promise<void>;

const firstLookLimitMs = 2000;

/** All ranges: what they are, and everything that can be done with them. */
export class Ranges {
	readonly #deps: RangesDeps;
	readonly #store: RangeStore;
	readonly #locks: OperationLocks;
	readonly #parts: OperationParts;
	readonly #observer: Observer;
	readonly #restarts: Restarts;
	readonly #reconciler: Reconciler;
	readonly #closed = new AbortController();
	readonly #looked = Promise.withResolvers<void>();

	constructor(deps: RangesDeps) {
		this.#deps = deps;
		this.#locks = new OperationLocks(deps.tasks);
		this.#store = new RangeStore(deps.db, deps.changes, (rangeId) => this.#locks.taskOf(rangeId));
		const store = this.#store;
		this.#restarts = new Restarts({
			clock: systemClock,
			policy: () => deps.settings.get().restartMachines,
			isBusy: (rangeId) => this.#locks.isBusy(rangeId),
			start: (range, machine) => this.#startAgain(range, machine),
			say: (range, machine, reason) => store.updateMachine(range, machine, { reason }),
		});
		const states = new MachineStates(deps, store, (...end) => this.#restarts.ended(...end));
		const filters = new RangeFilters(deps);
		const connections: Connections = new Connections(deps, store, {
			opened: (range, connection) => {
				this.#observer.attach(range, connection);
				filters.attach(range, connection);
			},
			closed: (rangeId) => {
				this.#observer.detach(rangeId);
				filters.detach(rangeId);
			},
			routerAttached: (...attached) => filters.routerAttached(...attached),
		});
		const layers = new LayerStores(deps);
		const truth = new RangeTruth({ deps, store, connections, machines: states, filters });
		const machines = new MachineSteps({ deps, store, states, filters });
		this.#parts = {
			deps,
			store,
			connections,
			profiles: new ProfileMemory(deps),
			states,
			machines,
			truth,
			filters,
			layers,
			gate: new DeployGate(() => Math.max(2, deps.host.status().facts?.cpus ?? 2)),
		};
		this.#reconciler = new Reconciler({
			parts: this.#parts,
			isBusy: (rangeId) => this.#locks.isBusy(rangeId),
			startAgain: (range) => {
				this.#begin(range, "start", "engine", (o) => startRange(this.#parts, o, { onlyWanted: true }));
			},
			destroy: (range) => {
				this.#destroy(range, "engine");
			},
		});
		this.#observer = new Observer({ deps, store, machines: states, ears: this.#reconciler });
		this.#reconciler.markInterrupted();
		deps.host.onChange((status) => this.#engineChanged(status));
	}

	/**
	 * Resolves when the ranges were compared with the engine for the first time, or cannot be, at the latest after the
	 * limit. Before that their states are those of the last time, which a restart of the computer makes wrong.
	 */
	async whenLooked(limitMs = firstLookLimitMs): Promise<void> {
		const limit = Promise.withResolvers<void>();
		const timer = setTimeout(limit.resolve, limitMs);
		await Promise.race([this.#looked.promise, limit.promise]);
		clearTimeout(timer);
	}

	list(): RangeSummary[] {
		return this.#store.summaries();
	}

	get(ref: string): RangeDetail {
		return this.#store.detail(ref);
	}

	async preview(request: DeployRequest): Promise<DeployPreview> {
		return await previewDeploy(this.#parts, await prepareDeploy(this.#deps, request));
	}

	/** Takes the names and starts one task for each copy. Nothing is made when the pre-flight report has an error. */
	async deploy(
		request: DeployRequest,
		actor: string,
	): Promise<{ rangeId: string; rangeName: string; taskId: string }[]> {
		const prepared = await prepareDeploy(this.#deps, request);
		const { blueprint, sources, text, file } = prepared;
		// A name that is taken is told before anything is asked of an engine.
		this.#store.nextName(blueprint.name, request.name ?? null);
		const { findings } = await preflight(this.#parts, prepared);
		const obstacle = preflightError(findings);
		if (obstacle !== null) throw obstacle;
		const name = request.name ?? null;
		const made = this.#store.add({ blueprint, sources, text, file, name, copies: request.copies });
		const { profile } = request;
		return made.map((range) => {
			const { taskId } = this.#begin(range, "deploy", actor, (o) => deploy(this.#parts, { ...o, profile, undo: true }));
			return { rangeId: range.id, rangeName: range.name, taskId };
		});
	}

	async start(ref: string, machine: string | undefined, actor: string): Promise<Started> {
		return this.#operate(ref, machine, "start", actor);
	}

	async stop(ref: string, machine: string | undefined, actor: string): Promise<Started> {
		return this.#operate(ref, machine, "stop", actor);
	}

	async restart(ref: string, machine: string | undefined, actor: string): Promise<Started> {
		return this.#operate(ref, machine, "restart", actor);
	}

	async pause(ref: string, machine: string | undefined, actor: string): Promise<Started> {
		return this.#operate(ref, machine, "pause", actor);
	}

	async resume(ref: string, machine: string | undefined, actor: string): Promise<Started> {
		return this.#operate(ref, machine, "resume", actor);
	}

	/** Pauses a range because it must not go on, and shows why. Resolves when it is paused. */
	async hold(ref: string, reason: string, actor: string): Promise<void> {
		const { taskId } = await this.pause(ref, undefined, actor);
		const { error } = await this.#deps.tasks.whenEnded(taskId);
		if (error !== null) throw HomerangeError.fromInfo(error);
		this.explainPause(ref, reason);
	}

	/** What is shown as the reason of a range while it is paused. */
	explainPause(ref: string, reason: string | null): void {
		const range = this.#store.find(ref);
		if (range === null) return;
		range.held = reason;
		this.#store.touch(range.id);
	}

	/** Always possible: what acts on the range is cancelled first. Joins a destroy that runs already. */
	async destroy(ref: string, actor: string): Promise<Started> {
		return this.#destroy(this.#store.get(ref), actor);
	}

	/** Goes on with what died half-way. Errors: `STATE_CONFLICT` when nothing did. */
	async continueInterrupted(ref: string, actor: string): Promise<Started> {
		const range = this.#store.get(ref);
		if (range.wanted === "destroyed") return await this.destroy(ref, actor);
		const operation = range.interrupted ?? (range.state === "failed" ? "start" : null);
		switch (operation) {
			case null:
				throw new HomerangeError("STATE_CONFLICT", `No operation on ${range.name} was interrupted.`, {
					place: range.name,
				});
			case "deploy":
				return this.#begin(range, "deploy", actor, (o) => deploy(this.#parts, { ...o, undo: false }));
			case "update":
				return this.#continueUpdate(range, actor);
			case "stop":
			case "restart":
			case "pause":
			case "resume":
				return this.#operate(ref, undefined, operation, actor);
			default:
				return this.#operate(ref, undefined, "start", actor);
		}
	}

	/** Tries again what failed or died half-way; what was stopped on purpose stays so. */
	async retry(ref: string, machine: string | undefined, actor: string): Promise<Started> {
		const range = this.#store.get(ref);
		this.#refuseWhileGoing(range, "retry");
		if (machine !== undefined) return this.#operate(ref, machine, "start", actor);
		if (range.interrupted !== null) return await this.continueInterrupted(ref, actor);
		return this.#begin(range, "retry", actor, (o) => startRange(this.#parts, o, { onlyWanted: true }));
	}

	/** Switches a network's way to the internet. Errors: `NETWORK_NOT_FOUND`, `INPUT_INVALID`, `STATE_CONFLICT`, `RANGE_BUSY`. */
	async setNetwork(request: { range: string } & InternetSwitch, actor: string): Promise<Started> {
		const range = this.#store.get(request.range);
		const { network, internet } = request;
		this.#refuseWhileGoing(range, "change");
		refuseInternetSwitch(range, request);
		return this.#begin(range, "network", actor, (o) => setInternet(this.#parts, o, { network, internet }), {
			title: `Switch the internet of ${network} in ${range.name} ${internet ? "on" : "off"}`,
			cancellable: false,
		});
	}

	/** What a blueprint would change in a range that exists. */
	async previewUpdate({ range: ref, source }: PreviewUpdateRequest): Promise<RangeUpdate> {
		const range = this.#store.get(ref);
		const prepared = await prepareUpdate(this.#parts, range, source);
		const { changes } = wantedUpdate(this.#store, range, prepared);
		const { findings } = await preflight(this.#parts, prepared, range);
		return { rangeId: range.id, rangeName: range.name, changes: [...changes], findings };
	}

	/** Makes a range what a changed blueprint says. Errors: `STATE_CONFLICT` when disks would be lost and may not. */
	async update({ range: ref, source, mayLoseData }: UpdateRequest, actor: string): Promise<Started> {
		const range = this.#store.get(ref);
		this.#refuseWhileGoing(range, "be updated");
		const prepared = await prepareUpdate(this.#parts, range, source);
		const { findings } = await preflight(this.#parts, prepared, range);
		const obstacle = preflightError(findings);
		if (obstacle !== null) throw obstacle;
		// Compared and locked in one turn: nothing can change between.
		const wanted = wantedUpdate(this.#store, range, prepared);
		if (!mayLoseData) refuseLoss(range, wanted);
		return this.#begin(range, "update", actor, (o) => updateRange(this.#parts, o, wanted));
	}

	/**
	 * Runs an operation of another part of the product on a range, as a task under the range's lock. Errors:
	 * `RANGE_NOT_FOUND`, `MACHINE_NOT_FOUND`, `RANGE_BUSY`, `STATE_CONFLICT` for a range that is being destroyed.
	 */
	operate(ref: string, o: OuterOperation, run: OuterWork): Started {
		const range = this.#store.get(ref);
		const machine = o.machine === undefined ? null : findMachine(range, o.machine);
		this.#refuseWhileGoing(range, o.kind);
		const { kind, actor } = o;
		const options = { title: o.title(range, machine), ...(machine === null ? {} : { machine: machine.spec.name }) };
		return this.#begin(range, kind, actor, (request) => run(this.#parts, { ...request, machine }), options);
	}

	/** Where the consoles of a machine are reached. */
	async locateConsole(ref: string, machine: string): Promise<ChannelTarget | VmTarget> {
		return await locateMachine(this.#parts, this.#store.get(ref), machine, this.#closed.signal);
	}

	/** The container that a machine is. Errors: `UNSUPPORTED` for one that is a virtual machine. */
	async locate(ref: string, machine: string): Promise<ChannelTarget> {
		const target = await this.locateConsole(ref, machine);
		if (!("vm" in target)) return target;
		throw new HomerangeError("UNSUPPORTED", `The ${target.title} is no container.`, { place: machine });
	}

	/** A running range, for what looks into it from beside. */
	async site(ref: string, signal: AbortSignal = this.#closed.signal): Promise<RangeSite> {
		return await openRangeSite(this.#parts, this.#store.get(ref), AbortSignal.any([signal, this.#closed.signal]));
	}

	/** Compares what is wanted, what is recorded and what the engine shows, for every range. */
	async reconcile(signal: AbortSignal): Promise<void> {
		try {
			await this.#observer.watchHost();
			await this.#reconciler.reconcile(AbortSignal.any([signal, this.#closed.signal]));
		} finally {
			this.#looked.resolve();
		}
		for (const range of this.#store.all()) {
			for (const machine of range.machines) this.#restarts.takeOver(range, machine);
		}
	}

	/** True while a machine waits for its next start by the restart policy. */
	get isWaiting(): boolean {
		return this.#restarts.isWaiting;
	}

	findOrphans(signal: AbortSignal): Promise<Leftovers> {
		return findOrphans(this.#deps, this.#store, signal);
	}

	removeOrphans(signal: AbortSignal): Promise<Leftovers> {
		return removeOrphans(this.#deps, this.#store, signal);
	}

	/** The stores of image layers on the host engine. */
	async layerStores(signal: AbortSignal): Promise<LayerStore[]> {
		const host = await this.#deps.host.ready(signal);
		return await this.#parts.layers.list(host, await this.#nextImage(host, signal), signal);
	}

	/**
	 * Removes layer stores that no range uses: those of other inner engines, and with `all` every one. From those that
	 * stay go images that are neither on the host nor in a range.
	 */
	async freeLayers(o: { all: boolean }, signal: AbortSignal): Promise<FreedLayers> {
		const host = await this.#deps.host.ready(signal);
		const currentImage = await this.#nextImage(host, signal);
		// Also those of ranges whose container is gone and will be made again.
		const kept = new Set(this.#store.all().flatMap(({ layers }) => layers?.store ?? []));
		const held = new Set(this.#store.all().flatMap(({ layers }) => layers?.images ?? []));
		const { layers } = this.#parts;
		const stores = await layers.collect(host, { ...o, kept, currentImage }, signal);
		return { stores, images: await layers.trim(host, { held, currentImage }, signal) };
	}

	/** The image that the next range would run in. */
	async #nextImage(host: DockerEngine, signal: AbortSignal): Promise<string> {
		const { dindImage } = this.#deps.settings.get();
		return (await expectedDindImage(host, dindImage, signal))?.image ?? dindImage;
	}

	/** Lets go of every engine. Ranges go on. */
	async close(): Promise<void> {
		this.#closed.abort();
		this.#restarts.close();
		this.#reconciler.close();
		this.#observer.close();
		this.#parts.connections.closeAll();
		await this.#parts.layers.close();
		// What was told in this turn still reaches its watchers.
		await delay(0);
	}

	/** By the restart policy. What comes of it, the machine's state says. */
	async #startAgain(range: RangeRecord, machine: MachineRecord): Promise<void> {
		const { name } = machine.spec;
		try {
			const run = (o: LifecycleRequest) => operateMachine(this.#parts, { ...o, machine, operation: "start" });
			const { taskId } = this.#begin(range, "start", "engine", run, { machine: name });
			await this.#deps.tasks.whenEnded(taskId);
		} catch (error) {
			this.#deps.log.warn({ error, range: range.name, machine: name }, "a machine could not be started again");
		}
	}

	#destroy(range: RangeRecord, actor: string): Started {
		this.#restarts.cancel(range.id);
		return this.#locks.beginDestroy(range, actor, async (task) => {
			await this.#hostLookedFor(task.signal);
			await destroy(this.#parts, { range, task, actor });
		});
	}

	#operate(ref: string, machineName: string | undefined, operation: MachineOperation, actor: string): Started {
		const range = this.#store.get(ref);
		this.#refuseWhileGoing(range, operation);
		if (machineName !== undefined) {
			const machine = findMachine(range, machineName);
			const cancellable = operation !== "pause" && operation !== "resume";
			return this.#begin(range, operation, actor, (o) => operateMachine(this.#parts, { ...o, machine, operation }), {
				machine: machine.spec.name,
				cancellable,
			});
		}
		switch (operation) {
			case "start":
				// What an update had in mind is the only way up: its machines may not exist yet.
				if (range.interrupted === "update") return this.#continueUpdate(range, actor);
				return this.#begin(range, "start", actor, (o) => startRange(this.#parts, o));
			case "stop":
				return this.#begin(range, "stop", actor, (o) => stopRange(this.#parts, o));
			case "restart":
				if (range.interrupted === "update") {
					throw new HomerangeError("STATE_CONFLICT", `The update of ${range.name} did not reach its end.`, {
						remedy: "Continue it first, or destroy the range.",
						place: range.name,
					});
				}
				return this.#begin(range, "restart", actor, (o) => restartRange(this.#parts, o));
			case "pause":
				this.#refuseUnlessAlive(range, "paused");
				return this.#begin(range, "pause", actor, (o) => pauseRange(this.#parts, o), { cancellable: false });
			case "resume":
				this.#refuseUnlessAlive(range, "resumed");
				return this.#begin(range, "resume", actor, (o) => resumeRange(this.#parts, o), { cancellable: false });
			default:
				return assertNever(operation);
		}
	}

	#continueUpdate(range: RangeRecord, actor: string): Started {
		return this.#begin(range, "update", actor, (o) => updateRange(this.#parts, o, null));
	}

	#begin(
		range: RangeRecord,
		kind: TaskKind,
		actor: string,
		run: (request: LifecycleRequest) => Promise<void>,
		o: { machine?: string; cancellable?: boolean; title?: string } = {},
	): Started {
		const verb = kind[0]?.toUpperCase() + kind.slice(1);
		const whole = o.machine === undefined ? `${verb} ${range.name}` : `${verb} ${o.machine} of ${range.name}`;
		const title = o.title ?? whole;
		const started = this.#locks.begin(range, { kind, actor, ...o, title }, async (task: TaskRun) => {
			await this.#hostLookedFor(task.signal);
			await run({ range, task, actor });
		});
		// A person knows better than the policy what is to become of it now.
		if (actor !== "engine") this.#restarts.cancel(range.id, o.machine);
		this.#store.touch(range.id);
		// The task's end is a change of the range, too: its `taskId` goes.
		void this.#deps.tasks.whenEnded(started.taskId).then(() => this.#store.touch(range.id));
		return started;
	}

	/** An engine that has only just started does not know its Docker Engine yet. Whether one was found, the operation says itself. */
	async #hostLookedFor(signal: AbortSignal): Promise<void> {
		await this.#deps.host.ready(signal).catch(() => undefined);
	}

	#refuseWhileGoing(range: RangeRecord, operation: string): void {
		if (range.wanted !== "destroyed") return;
		throw new HomerangeError("STATE_CONFLICT", `${range.name} is being destroyed and cannot ${operation}.`, {
			remedy: "Destroy it again to finish that.",
			place: range.name,
		});
	}

	#refuseUnlessAlive(range: RangeRecord, what: string): void {
		if (range.state === "running" || range.state === "degraded" || range.state === "paused") return;
		if (this.#locks.isBusy(range.id)) return;
		throw new HomerangeError("STATE_CONFLICT", `${range.name} is ${range.state}, so it cannot be ${what}.`, {
			remedy: "Start the range first.",
			place: range.name,
		});
	}

	#engineChanged(status: EngineStatus): void {
		if (status.state !== "unreachable") return;
		this.#reconciler.engineLost();
		this.#looked.resolve();
	}
}
