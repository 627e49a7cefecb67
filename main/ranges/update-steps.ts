import type { DindLimits } from "../dind/limit-dind.ts";
import { limitDind } from "../dind/limit-dind.ts";
import { isNotFound } from "../docker/api-errors.ts";
import type { RangeConnection } from "./connections.ts";
import { done, type StepResult } from "./graph.ts";
import type { OperationParts } from "./parts.ts";
import type { RangeStep } from "./planner.ts";
import type { RangeRecord } from "./record.ts";
import type { StepRunner } from "./step-runner.ts";
import type { UpdateStep } from "./update-plan.ts";

/** Does the work of an update's steps; those of every operation are the runner's. */
export class UpdateSteps {
	readonly #parts: OperationParts;
	readonly #range: RangeRecord;
	readonly #connection: RangeConnection;
	readonly #runner: StepRunner;

	constructor(parts: OperationParts, range: RangeRecord, connection: RangeConnection, runner: StepRunner) {
		this.#parts = parts;
		this.#range = range;
		this.#connection = connection;
		this.#runner = runner;
	}

	async run(step: UpdateStep, signal: AbortSignal): Promise<StepResult> {
		const { deps } = this.#parts;
		switch (step.kind) {
			case "close":
				return await this.#filterAndWall(step.id, signal);
			case "open":
				return await this.#open(step.id, signal);
			case "limits":
				await limitDind(this.#connection.host, this.#connection.dind, wantedLimits(this.#parts, this.#range), signal);
				return done;
			case "remove-machine": {
				const { provider } = this.#connection;
				await provider.stop(step.engineId, deps.settings.get().stopGraceSeconds, signal);
				await provider.remove(step.engineId, signal);
				return done;
			}
			case "remove-network":
				return await this.#removeNetwork(step.engineId, signal);
			default:
				return await this.#runner.run(step, signal);
		}
	}

	/** Recorded once it is so: an update that dies in this opens it again. */
	async #open(id: string, signal: AbortSignal): Promise<StepResult> {
		const { meanwhile } = this.#range;
		this.#range.meanwhile = null;
		try {
			const result = await this.#filterAndWall(id, signal);
			this.#parts.store.openTraffic(this.#range);
			return result;
		} catch (error) {
			this.#range.meanwhile = meanwhile;
			throw error;
		}
	}

	/** The filter first: it alone stands between the range's own networks. */
	async #filterAndWall(id: string, signal: AbortSignal): Promise<StepResult> {
		const step = (kind: "filter" | "wall"): RangeStep => ({ id, title: "", after: [], kind });
		const filtered = await this.#runner.run(step("filter"), signal);
		await this.#runner.run(step("wall"), signal);
		return filtered;
	}

	async #removeNetwork(engineId: string, signal: AbortSignal): Promise<StepResult> {
		const options: object = { abortSignal: signal };
		try {
			await this.#connection.inner.api.getNetwork(engineId).remove(options);
			return done;
		} catch (error) {
			if (!isNotFound(error)) throw error;
			return { outcome: "skipped", note: "it is gone already" };
		}
	}
}

/** Of the range's container. An engine refuses more CPUs than its host has. */
export function wantedLimits({ deps }: OperationParts, { blueprint }: RangeRecord): DindLimits {
	const { cpus, memoryBytes } = blueprint.limits;
	return { cpus: Math.min(cpus, deps.host.status().facts?.cpus ?? cpus), memoryBytes };
}
