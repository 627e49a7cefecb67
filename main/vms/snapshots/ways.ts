import type { SnapshotMethod, SnapshotWay } from "../../../contract/vm-snapshots.ts";

/** What decides how a snapshot of a VM can be taken and undone. */
export interface SnapshotFacts {
	/** As libvirt counts: 9.0.0 is 9000000. */
	readonly libvirtVersion: number;
	/** libvirt can go back to external snapshots, 9.9 and later. */
	readonly canRevertExternal: boolean;
	readonly isActive: boolean;
	readonly isPersistent: boolean;
	readonly hasUefi: boolean;
	/** Format of the firmware's variables; null: as libvirt chooses, which is raw. */
	readonly nvramFormat: string | null;
	readonly hasHostDevices: boolean;
	/** Disks that the guest writes. */
	readonly disks: readonly { readonly target: string; readonly format: string | null; readonly isFile: boolean }[];
	/** Methods of the snapshots that it has. */
	readonly existing: readonly SnapshotMethod[];
}

type Verdict = Pick<SnapshotWay, "available" | "reason" | "remedy">;
const possible: Verdict = { available: true, reason: null, remedy: null };
const not = (reason: string, remedy: string | null): Verdict => ({ available: false, reason, remedy });

/** First version that keeps the firmware's variables in an internal snapshot of a stopped VM. */
const internalUefiStopped = 9_003_000;
/** First version that saves a running VM by a job of QEMU's, which keeps those variables and bears the snapshot's name. */
const internalByJob = 10_010_000;

/** All ways, the preferred one marked. None is preferred when none is possible. */
export function snapshotWays(facts: SnapshotFacts): SnapshotWay[] {
	const memory = facts.isActive;
	const ways = [
		{
			method: "internal" as const,
			withMemory: memory,
			...internal(facts),
			explanation: memory
				? "Disks and memory are kept inside the qcow2 files. The VM stands still until it is written, and goes on there after a revert."
				: "The disks' state is kept inside the qcow2 files.",
		},
		{
			method: "external" as const,
			withMemory: memory,
			...external(facts),
			explanation: memory
				? "The disks go on in new files and the memory is written to one beside them; the old files stay as they are."
				: "The disks go on in new files; the old ones stay as they are.",
		},
		{
			method: "overlay" as const,
			withMemory: false,
			...overlay(facts),
			explanation:
				"The disks go on in new files; Homerange keeps the chain of files. The firmware's variables are not part of it.",
		},
	];
	const order: readonly SnapshotMethod[] = preferenceOf(facts);
	const first = order.find((method) => ways.some((way) => way.method === method && way.available));
	return ways.map((way) => ({ ...way, preferred: way.method === first }));
}

/** What a VM has already is kept to: kinds that are mixed have lost data before libvirt 11. */
function preferenceOf({ existing }: SnapshotFacts): readonly SnapshotMethod[] {
	const used = existing.at(-1);
	const usual: readonly SnapshotMethod[] = ["external", "internal", "overlay"];
	return used === undefined ? usual : [used, ...usual.filter((method) => method !== used)];
}

function common({ disks, isPersistent }: SnapshotFacts): Verdict | null {
	if (!isPersistent) {
		return not("The VM is forgotten when it stops, and its snapshots would be, too.", "Define it in libvirt first.");
	}
	if (disks.length === 0) return not("The VM has no disk that it writes.", "Add a disk to it.");
	return null;
}

/** A snapshot's name that QEMU's job cannot bear: ids are of these characters only ("Invalid job ID", seen with 12.8). */
export function nameProblem(
	{ libvirtVersion, isActive }: Pick<SnapshotFacts, "libvirtVersion" | "isActive">,
	method: SnapshotMethod,
	name: string,
): string | null {
	if (method !== "internal" || !isActive || libvirtVersion < internalByJob || /^[\w.-]+$/.test(name)) return null;
	return `QEMU cannot keep the memory of a running machine under the name "${name}": letters without accents, digits, dots, hyphens and underscores are possible.`;
}

function internal(facts: SnapshotFacts): Verdict {
	const refused = common(facts) ?? notMixed(facts, "internal");
	if (refused !== null) return refused;
	const other = facts.disks.find(({ format }) => format !== "qcow2");
	if (other !== undefined) {
		return not(
			`The disk ${other.target} is ${other.format ?? "of an unknown format"}, and only qcow2 files keep snapshots inside.`,
			"Clone the VM: the clone's disks are qcow2.",
		);
	}
	if (facts.hasUefi) {
		const needed = facts.isActive ? internalByJob : internalUefiStopped;
		if (facts.libvirtVersion < needed) {
			const than = facts.isActive ? "10.10" : "9.3";
			return not(
				`libvirt ${versionText(facts.libvirtVersion)} cannot keep the variables of UEFI firmware in an internal snapshot.`,
				facts.isActive ? "Stop the VM and take an overlay." : `Take an overlay, or install libvirt ${than} or newer.`,
			);
		}
		if (facts.isActive && facts.nvramFormat !== "qcow2") {
			return not(
				"The variables of the VM's UEFI firmware are a raw file, which cannot keep a snapshot inside.",
				"Stop the VM and take the snapshot then.",
			);
		}
	}
	if (facts.isActive && facts.hasHostDevices) {
		return not("The state of a device of the host cannot be saved.", "Stop the VM and take the snapshot then.");
	}
	return possible;
}

function external(facts: SnapshotFacts): Verdict {
	const refused = common(facts) ?? notMixed(facts, "external");
	if (refused !== null) return refused;
	if (!facts.canRevertExternal) {
		return not(
			`libvirt ${versionText(facts.libvirtVersion)} can take an external snapshot and cannot go back to it.`,
			"Install libvirt 9.9 or newer.",
		);
	}
	const other = facts.disks.find(({ isFile }) => !isFile);
	if (other !== undefined) {
		return not(`The disk ${other.target} is no file, so no new file can stand on it.`, null);
	}
	if (facts.isActive && facts.hasHostDevices) {
		return not("The state of a device of the host cannot be saved.", "Stop the VM and take the snapshot then.");
	}
	return possible;
}

function overlay(facts: SnapshotFacts): Verdict {
	const refused = common(facts) ?? notMixed(facts, "overlay");
	if (refused !== null) return refused;
	if (facts.isActive) {
		return not("Its disks can be changed for new ones only while the VM is stopped.", "Stop the VM first.");
	}
	const other = facts.disks.find(({ isFile, format }) => !isFile || (format !== "qcow2" && format !== "raw"));
	if (other !== undefined) {
		return not(`The disk ${other.target} is no qcow2 or raw file, so no new file can stand on it.`, null);
	}
	return possible;
}

function notMixed({ existing }: SnapshotFacts, method: SnapshotMethod): Verdict | null {
	const other = existing.find((each) => each !== method);
	if (other === undefined) return null;
	return not(
		`The VM has ${other} snapshots, and kinds that are mixed can lose data.`,
		`Take an ${other} one, or delete those first.`,
	);
}

/** "9.0.0" of 9000000. */
export function versionText(version: number): string {
	return [Math.floor(version / 1_000_000), Math.floor(version / 1000) % 1000, version % 1000].join(".");
}
