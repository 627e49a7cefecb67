import type { DoctorCheck, EngineStatus } from "../../contract/engines.ts";
import type { Leftovers } from "../../contract/leftovers.ts";
import type { Settings } from "../../contract/settings.ts";
import type { DockerEngine } from "../docker/engine.ts";

/** What the checks look at. */
export interface Patient {
	readonly dataFolder: string;
	readonly socketPath: string;
	readonly settings: Settings;
	readonly engine: EngineStatus;
	/** The engine in use; null when none answers. */
	readonly host: DockerEngine | null;
	/** SQLite's finding about the database; null when it is sound. */
	checkDatabase(): string | null;
	/** What on the engines carries our marks and belongs to no range. */
	findOrphans(signal: AbortSignal): Promise<Leftovers>;
	/** Removes them; gives what went. */
	removeOrphans(signal: AbortSignal): Promise<Leftovers>;
}

export interface Finding {
	readonly state: DoctorCheck["state"];
	/** What was found, in a sentence. */
	readonly message: string;
	readonly remedy?: string;
}

/** One thing that can be wrong. One file each. */
export interface Check {
	readonly id: string;
	readonly category: DoctorCheck["category"];
	readonly title: string;
	/** Why it cannot be looked at here; null when it can. */
	notApplicable?(patient: Patient): string | null;
	check(patient: Patient, signal: AbortSignal): Promise<Finding>;
	/** Mends what `check` found. */
	fix?(patient: Patient, signal: AbortSignal): Promise<void>;
}

/** For checks that ask the engine. */
export function withoutEngine(patient: Patient): string | null {
	return patient.host === null ? "No Docker Engine answers." : null;
}
