import { randomUUID } from "node:crypto";
import type { CreateVmRequest } from "../../../contract/vm-requests.ts";
import { withLibvirtErrors } from "../../libvirt/host/index.ts";
import { makeVm } from "../create/make-vm.ts";
import { planVm } from "../create/plan-vm.ts";
import { refuseTaken } from "./clone-vm.ts";
import { findOwnVm, vmTitle } from "./find-vm.ts";
import type { Lifecycle } from "./lifecycle.ts";
import type { Operations } from "./operations.ts";
import { removeVm } from "./remove-vm.ts";

/** Making VMs, and removing them. */
export class Creation {
	readonly #operations: Operations;
	readonly #lifecycle: Lifecycle;

	constructor(operations: Operations, lifecycle: Lifecycle) {
		this.#operations = operations;
		this.#lifecycle = lifecycle;
	}

	/** What can be wrong with the request is told before anything is made. */
	async create(request: CreateVmRequest, actor: string): Promise<{ taskId: string; uuid: string }> {
		const { deps } = this.#operations;
		const uuid = randomUUID();
		const plan = await withLibvirtErrors(vmTitle(request), async () => {
			const connection = await deps.host.connection();
			await refuseTaken(connection, request.name);
			return planVm(deps, connection, request, uuid);
		});
		const { name } = request;
		const words = { verb: "Make", event: "vm.created", happened: "was made" };
		const { taskId } = this.#operations.start({ uuid, name }, actor, { kind: "create", ...words }, async (task) => {
			const connection = await deps.host.connection();
			await makeVm(deps, connection, plan, task);
			if (!plan.start) return;
			const found = await findOwnVm(connection, uuid, this.#operations.context);
			await this.#lifecycle.startIn({ connection, found, task }, false);
		});
		return { taskId, uuid };
	}

	delete({ vm, deleteDisks }: { vm: string; deleteDisks: boolean }, actor: string) {
		const words = { verb: "Delete", event: "vm.deleted", happened: "was deleted" };
		return this.#operations.begin(vm, actor, { kind: "delete", ...words }, async ({ connection, found, task }) => {
			task.plan([{ id: "delete", title: deleteDisks ? "Remove the VM and its disks" : "Remove the VM" }]);
			task.start("delete");
			const kept = await removeVm(this.#operations.deps, connection, found.domain, { deleteDisks });
			if (kept.length === 0) task.done("delete");
			else task.done("delete", `Kept, because other VMs stand on it: ${kept.join(", ")}.`);
		});
	}
}
