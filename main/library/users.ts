import type { LibraryUser } from "../../contract/library.ts";
import type { RangeDetail } from "../../contract/ranges.ts";
import type { SnapshotRecord } from "../snapshots/snapshot-store.ts";

type Ranges = readonly Pick<RangeDetail, "id" | "name" | "machines">[];

/** Machines of ranges that started from a template, and snapshots of such machines. */
export function templateUsers(name: string, ranges: Ranges, snapshots: readonly SnapshotRecord[]): LibraryUser[] {
	const isFrom = (source: { kind: string; name: string }) => source.kind === "template" && source.name === name;
	return [
		...machinesOf(ranges, ({ source }) => isFrom(source)),
		...snapshots.filter(({ source }) => isFrom(source)).map(snapshotUser),
	];
}

/** Machines of ranges that started from a snapshot, and the snapshots that stand on it. */
export function snapshotUsers(
	{ id, image }: Pick<SnapshotRecord, "id" | "image">,
	ranges: Ranges,
	snapshots: readonly SnapshotRecord[],
): LibraryUser[] {
	return [
		...machinesOf(ranges, (machine) => machine.source.kind === "snapshot" && machine.image === image),
		...snapshots.filter(({ parentId }) => parentId === id).map(snapshotUser),
	];
}

function machinesOf(ranges: Ranges, uses: (machine: RangeDetail["machines"][number]) => boolean): LibraryUser[] {
	return ranges.flatMap(({ id, name, machines }) =>
		machines.filter(uses).map((machine) => ({ kind: "range" as const, id, name, machine: machine.name })),
	);
}

const snapshotUser = ({ id, name }: SnapshotRecord): LibraryUser => ({ kind: "snapshot", id, name, machine: null });

const namedUsers = 10;

/** "web of lab-1, web of lab-2 and the snapshot attacked", for a refusal. */
export function usersInWords(users: readonly LibraryUser[]): string {
	const words = users
		.slice(0, namedUsers)
		.map(({ kind, name, machine }) => (kind === "range" ? `${machine} of ${name}` : `the snapshot ${name}`));
	if (users.length > namedUsers) words.push(`${users.length - namedUsers} more`);
	return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
