import type { LayerStores } from "../layers/index.ts";
import type { Connections } from "./connections.ts";
import type { DeployGate } from "./deploy-gate.ts";
import type { RangesDeps } from "./deps.ts";
import type { MachineStates } from "./machine-states.ts";
import type { MachineSteps } from "./machine-steps.ts";
import type { ProfileMemory } from "./profile-memory.ts";
import type { RangeFilters } from "./range-filters.ts";
import type { RangeStore } from "./store.ts";
import type { RangeTruth } from "./truth.ts";

/** What the operations on ranges are made of. */
export interface OperationParts {
	readonly deps: RangesDeps;
	readonly store: RangeStore;
	readonly connections: Connections;
	readonly profiles: ProfileMemory;
	readonly states: MachineStates;
	readonly machines: MachineSteps;
	readonly truth: RangeTruth;
	readonly filters: RangeFilters;
	readonly layers: LayerStores;
	readonly gate: DeployGate;
}
