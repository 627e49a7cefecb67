import { z } from "zod";
import { printable } from "../../docker/api-errors.ts";
import type { ObservedMachine } from "../machine-provider.ts";

const text = (limit: number) => z.string().transform((value) => value.slice(0, limit));

/**
 * The parts of `GET /containers/ID/json` that are read. The inner engine can be
 * in the hands of a trainee: what it says is parsed and bounded like any input.
 */
// biome-ignore-start lint/style/useNamingConvention: the engine's names
export const inspectAnswer = z.object({
	Id: z.string().regex(/^[0-9a-f]{12,64}$/),
	State: z.object({
		Status: z.string(),
		Running: z.boolean(),
		Paused: z.boolean(),
		ExitCode: z.number().int(),
		OOMKilled: z.boolean().default(false),
		// It becomes a reason that people read on a terminal, and an image's entry point is quoted in it.
		Error: z
			.string()
			.transform((value) => printable(value, 500))
			.default(""),
		Pid: z.number().int().nonnegative().default(0),
		StartedAt: z.string().max(64).default(""),
	}),
	Config: z.object({
		Tty: z.boolean().default(false),
		Labels: z.record(z.string(), z.string()).nullish(),
	}),
	NetworkSettings: z.object({
		Networks: z
			.record(z.string(), z.object({ IPAddress: text(64).default(""), MacAddress: text(64).default("") }))
			.nullish(),
	}),
});
export type InspectAnswer = z.infer<typeof inspectAnswer>;

/** The parts of an entry of `GET /containers/json` that are read. */
export const listAnswer = z.array(z.object({ Id: z.string().regex(/^[0-9a-f]{12,64}$/) }));
// biome-ignore-end lint/style/useNamingConvention: the engine's names

export const machineLabel = "io.homerange.machine";

export function toObserved(answer: InspectAnswer): ObservedMachine {
	const { State: state } = answer;
	const status = statusOf(state);
	const isUp = status === "running" || status === "paused";
	const startedAt = Date.parse(state.StartedAt) / 1000;
	return {
		name: answer.Config.Labels?.[machineLabel] ?? "",
		engineId: answer.Id,
		status,
		exitCode: isUp || status === "created" ? null : state.ExitCode,
		outOfMemory: state.OOMKilled,
		error: state.Error === "" ? null : state.Error,
		nics: Object.entries(answer.NetworkSettings.Networks ?? {}).map(([network, endpoint]) => ({
			network,
			ip: endpoint.IPAddress,
			mac: endpoint.MacAddress.toLowerCase(),
		})),
		processId: isUp && state.Pid > 0 ? state.Pid : null,
		// Docker writes year 1 for "never".
		startedAt: startedAt > 0 ? startedAt : null,
	};
}

function statusOf(state: InspectAnswer["State"]): ObservedMachine["status"] {
	if (state.Paused) return "paused";
	if (state.Running) return "running";
	if (state.Status === "created") return "created";
	return state.Status === "dead" || state.Status === "removing" ? "dead" : "exited";
}
