import type { DoctorCheck, EngineStatus } from "../../contract/engines.ts";
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
	/** What on the engine carries our labels and belongs to no range; in words. */
	findOrphans(signal: AbortSignal): Promise<string[]>;
	/** Removes them; gives their number. */
	removeOrphans(signal: AbortSignal): Promise<number>;
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
