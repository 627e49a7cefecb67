import { expect, it } from "vitest";
import type { VmSnapshot } from "../../contract/vm-snapshots.ts";
import { linkedProblem } from "./linked-problem.ts";

const snapshot = (method: VmSnapshot["method"]): VmSnapshot => ({
	name: method,
	description: "",
	createdAt: "2026-01-01T00:00:00.000Z",
	method,
	state: "stopped",
	parent: null,
	isCurrent: true,
	revertProblem: null,
	deleteProblem: null,
});

it("only a virtual machine of ours without snapshots of libvirt's has linked clones", () => {
	expect(linkedProblem({ managed: true, snapshots: [] })).toBeNull();
	expect(linkedProblem({ managed: true, snapshots: [snapshot("overlay")] })).toBeNull();
	expect(linkedProblem({ managed: true, snapshots: [snapshot("internal")] })).toMatch(/1 snapshot/);
	expect(linkedProblem({ managed: false, snapshots: [] })).toMatch(/Adopt/);
});
