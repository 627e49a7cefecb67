import { HomerangeError } from "../../../contract/errors.ts";
import type { TaskKind } from "../../../contract/tasks.ts";
import { libvirtFailure, withLibvirtErrors } from "../../libvirt/host/index.ts";
import { isNoDomain, type LibvirtConnection } from "../../libvirt/rpc/index.ts";
import type { TaskRun } from "../../tasks/tasks.ts";
import type { VmsDeps } from "../deps.ts";
import type { FoundVm, ReadContext } from "../read/read-vm.ts";
import type { VmTable } from "../vm-table.ts";
import { findOwnVm, vmTitle } from "./find-vm.ts";

export interface OperationScene {
	readonly connection: LibvirtConnection;
	readonly found: FoundVm;
	readonly task: TaskRun;
}

export interface OperationRequest {
	readonly kind: TaskKind;
	/** "Stop web": the name is put in. */
	readonly verb: string;
	/** Dotted, of the audit feed, and its sentence: "was stopped". */
	readonly event: string;
	readonly happened: string;
	/** One that may come while another is waiting for the guest, as a power cut does. */
	readonly interrupts?: boolean;
}

/** Runs operations on VMs as tasks: one at a time for each VM, told to the audit feed, with the VM read again at their end. */
export class Operations {
	readonly deps: VmsDeps;
	readonly table: VmTable;
	readonly context: ReadContext;
	readonly #busy = new Map<string, string>();

	constructor(deps: VmsDeps, table: VmTable, context: ReadContext) {
		this.deps = deps;
		this.table = table;
		this.context = context;
	}

	/** Of a VM that is ours. Errors, before the task begins: `VM_NOT_FOUND`, `NOT_OURS`, `STATE_CONFLICT`. */
	async begin(
		ref: string,
		actor: string,
		request: OperationRequest,
		work: (scene: OperationScene) => Promise<void>,
	): Promise<{ taskId: string }> {
		const place = vmTitle({ name: ref });
		const { found } = await withLibvirtErrors(place, async () => {
			const connection = await this.deps.host.connection();
			return { found: await findOwnVm(connection, ref, this.context) };
		});
		const { uuid, name } = found.vm;
		return this.start({ uuid, name }, actor, request, async (task) => {
			const connection = await this.deps.host.connection();
			// What was looked at when the request came may be another now.
			const now = await findOwnVm(connection, uuid, this.context);
			await work({ connection, found: now, task });
		});
	}

	/** Of a VM that may not exist yet. */
	start(
		{ uuid, name }: { uuid: string; name: string },
		actor: string,
		{ kind, verb, event, happened, interrupts = false }: OperationRequest,
		work: (task: TaskRun) => Promise<void>,
	): { taskId: string } {
		const title = vmTitle({ name });
		const release = interrupts ? () => undefined : this.#hold(uuid, title, verb);
		const machine = title;
		try {
			const { id } = this.deps.tasks.start(
				{ kind, title: `${verb} ${title}`, actor, rangeId: null, rangeName: null, machine },
				async (task) => {
					try {
						await work(task);
						this.record(event, actor, title, `The VM ${title} ${happened}.`);
					} catch (error) {
						const failure = libvirtFailure(error, title);
						this.#recordFailure(event, actor, title, verb, failure);
						throw failure;
					} finally {
						release();
						await this.#readAgain(uuid);
					}
				},
			);
			return { taskId: id };
		} catch (error) {
			release();
			throw error;
		}
	}

	record(type: string, actor: string, machine: string, message: string): void {
		this.deps.events.record({ severity: "info", type, actor, subject: { machine }, message });
	}

	#hold(uuid: string, title: string, verb: string): () => void {
		const running = this.#busy.get(uuid);
		if (running !== undefined) {
			throw new HomerangeError("STATE_CONFLICT", `The VM ${title} is busy: ${running}.`, {
				place: title,
				remedy: "Wait for that to end, or cancel its task.",
			});
		}
		this.#busy.set(uuid, `${verb.toLowerCase()} is under way`);
		return () => {
			this.#busy.delete(uuid);
		};
	}

	#recordFailure(event: string, actor: string, machine: string, verb: string, failure: unknown): void {
		if (failure instanceof HomerangeError && failure.code === "CANCELLED") return;
		const message = failure instanceof Error ? failure.message : String(failure);
		this.deps.events.record({
			severity: "error",
			type: `${event}.failed`,
			actor,
			subject: { machine },
			message: `${verb} ${machine} failed. ${message}`,
		});
	}

	async #readAgain(uuid: string): Promise<void> {
		try {
			const connection = await this.deps.host.connection();
			await this.table.refresh(await connection.domains.lookupByUuid(uuid));
		} catch (error) {
			// Deleted, or the connection is gone: both are told in other ways.
			if (!isNoDomain(error)) this.deps.log.debug({ error }, "a VM could not be read after an operation");
		}
	}
}
