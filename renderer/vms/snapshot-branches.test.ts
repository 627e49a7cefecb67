import { expect, test } from "vitest";
import type { VmSnapshot } from "../../contract/vm-snapshots.ts";
import { type SnapshotBranch, snapshotBranches } from "./snapshot-branches.ts";

const taken = (name: string, parent: string | null, minute: number): VmSnapshot => ({
	name,
	parent,
	description: "",
	createdAt: new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString(),
	method: "internal",
	state: "stopped",
	isCurrent: false,
	revertProblem: null,
	deleteProblem: null,
});
const words = (branches: SnapshotBranch[]): string =>
	branches.map(({ snapshot, children }) => `${snapshot.name}(${words(children)})`).join(" ");

test("snapshots stand under the one before them, the oldest first", () => {
	const list = [taken("c", "a", 3), taken("b", "a", 2), taken("a", null, 1), taken("d", "b", 4)];
	expect(words(snapshotBranches(list))).toBe("a(b(d()) c())");
});

test("one whose parent is gone is a root, and a circle ends", () => {
	expect(words(snapshotBranches([taken("b", "gone", 1), taken("x", "y", 2), taken("y", "x", 3)]))).toBe("b() x(y())");
});
