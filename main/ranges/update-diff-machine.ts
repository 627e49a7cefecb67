import { isDeepStrictEqual } from "node:util";
import { formatBytes } from "../../contract/format-bytes.ts";
import type { ResolvedMachine } from "../blueprint/resolved.ts";

type Sources = ReadonlyMap<string, Uint8Array>;

export interface MachineDifference {
	/** What only a new container can have. */
	readonly recreate: readonly string[];
	/** What the record alone holds: it counts from the next start or look. */
	readonly live: readonly string[];
}

/** What differs between a machine as it is and as it is to be, in words. Pure. */
export function machineDifference(
	a: ResolvedMachine,
	b: ResolvedMachine,
	sources: { from: Sources; to: Sources },
): MachineDifference {
	const named = (what: string, before: unknown, after: unknown): string[] =>
		isDeepStrictEqual(before, after) ? [] : [what];
	const valued = (what: string, before: string, after: string): string[] =>
		before === after ? [] : [`${what} ${before} becomes ${after}`];
	return {
		recreate: [
			...valued("image", a.image, b.image),
			...valued("provider", a.provider, b.provider),
			...valued("kind", a.kind ?? "container", b.kind ?? "container"),
			...valued("role", a.role, b.role),
			...valued("hostname", a.hostname, b.hostname),
			...named("command changes", a.command, b.command),
			...keyed("environment changes", a.environment, b.environment),
			...fileChanges(a, b, sources),
			...nicChanges(a, b),
			...sized("memory", a.memoryBytes, b.memoryBytes),
			...valued("CPUs", a.cpus === null ? "unlimited" : String(a.cpus), b.cpus === null ? "unlimited" : String(b.cpus)),
			...named(b.serial ? "gets a serial console" : "loses its serial console", a.serial, b.serial),
		],
		live: [
			...named("its source has another name", a.source, b.source),
			...named("readiness probe changes", a.ready, b.ready),
			...named("post_boot changes, for its next start", a.postBoot, b.postBoot),
			...named("depends_on changes", a.dependsOn, b.dependsOn),
			...named("VNC port changes", a.vncPort, b.vncPort),
			...sized("disk", a.diskBytes, b.diskBytes),
			...keyed("labels change", a.labels, b.labels),
		],
	};
}

const sized = (what: string, before: number | null, after: number | null): string[] =>
	before === after ? [] : [`${what} ${bytesOf(before)} becomes ${bytesOf(after)}`];

const bytesOf = (bytes: number | null): string => (bytes === null ? "unlimited" : formatBytes(bytes));

const shownKeys = 5;

function keyed(what: string, before: Record<string, string>, after: Record<string, string>): string[] {
	const all = [...new Set([...Object.keys(before), ...Object.keys(after)])];
	const changed = all.filter((key) => before[key] !== after[key]);
	return changed.length === 0 ? [] : [`${what} (${listed(changed)})`];
}

function fileChanges(a: ResolvedMachine, b: ResolvedMachine, sources: { from: Sources; to: Sources }): string[] {
	const content = (machine: ResolvedMachine, from: Sources) =>
		new Map(
			machine.files.map(({ path, mode, content: text, source }) => {
				const bytes = text === null ? Buffer.from(from.get(source ?? "") ?? []) : Buffer.from(text);
				return [path, `${mode} ${bytes.toString("base64")}`];
			}),
		);
	const [before, after] = [content(a, sources.from), content(b, sources.to)];
	const paths = [...new Set([...before.keys(), ...after.keys()])];
	const changed = paths.filter((path) => before.get(path) !== after.get(path));
	return changed.length === 0 ? [] : [`files change (${listed(changed)})`];
}

function nicChanges(a: ResolvedMachine, b: ResolvedMachine): string[] {
	if (isDeepStrictEqual(a.nics, b.nics)) return [];
	const inWords = ({ nics }: ResolvedMachine) => nics.map((nic) => `${nic.network} ${nic.ip}`).join(", ");
	const [before, after] = [inWords(a), inWords(b)];
	return [before === after ? "its network cards change" : `addresses ${before} become ${after}`];
}

function listed(words: readonly string[]): string {
	const more = words.length > shownKeys ? ` and ${words.length - shownKeys} more` : "";
	return `${words.slice(0, shownKeys).join(", ")}${more}`;
}
