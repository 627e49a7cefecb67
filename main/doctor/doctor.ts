import type { DoctorCheck } from "../../contract/engines.ts";
import { toErrorInfo } from "../../contract/errors.ts";
import type { Check, Finding, Patient } from "./check.ts";
import { database } from "./checks/database.ts";
import { dindImage } from "./checks/dind-image.ts";
import { diskSpace } from "./checks/disk-space.ts";
import { dockerEngine } from "./checks/docker-engine.ts";
import { engineVersion } from "./checks/engine-version.ts";
import { isolation } from "./checks/isolation.ts";
import { kernelLimits } from "./checks/kernel-limits.ts";
import { logFolder } from "./checks/log-folder.ts";
import { memory } from "./checks/memory.ts";
import { orphans } from "./checks/orphans.ts";
import { privacy } from "./checks/privacy.ts";

const checks: readonly Check[] = [
	dockerEngine,
	engineVersion,
	dindImage,
	isolation,
	orphans,
	diskSpace,
	memory,
	kernelLimits,
	database,
	privacy,
	logFolder,
];

/** The isolation check runs a trial container; on a slow machine that takes a while. */
const limitMs = 90_000;

/** Runs every check; with `fix`, mends what can be mended and looks again. */
export async function examine(patient: Patient, fix: boolean): Promise<DoctorCheck[]> {
	return Promise.all(checks.map((check) => examineOne(check, patient, fix)));
}

async function examineOne(check: Check, patient: Patient, fix: boolean): Promise<DoctorCheck> {
	const { id, category, title } = check;
	let finding = await look(check, patient);
	const isIll = finding.state === "failed" || finding.state === "warning";
	if (isIll && fix && check.fix !== undefined) {
		const mended = await attempt(async (signal) => {
			await check.fix?.(patient, signal);
			return check.check(patient, signal);
		});
		finding = mended;
	}
	const fixable = check.fix !== undefined && finding.state !== "passed" && finding.state !== "skipped";
	return {
		id,
		category,
		title,
		state: finding.state,
		message: finding.message,
		remedy: finding.remedy ?? null,
		fixable,
	};
}

async function look(check: Check, patient: Patient): Promise<Finding> {
	const reason = check.notApplicable?.(patient) ?? null;
	if (reason !== null) return { state: "skipped", message: reason };
	return attempt((signal) => check.check(patient, signal));
}

/** A check that fails to look is a finding too. */
async function attempt(work: (signal: AbortSignal) => Promise<Finding>): Promise<Finding> {
	const signal = AbortSignal.timeout(limitMs);
	try {
		return await work(signal);
	} catch (error) {
		const { message, remedy } = signal.aborted
			? { message: "It took too long to look.", remedy: null }
			: toErrorInfo(error);
		return { state: "failed", message, ...(remedy === null ? {} : { remedy }) };
	}
}
