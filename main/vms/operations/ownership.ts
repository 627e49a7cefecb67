import { HomerangeError } from "../../../contract/errors.ts";
import type { Vm } from "../../../contract/vms.ts";
import { ownerMetadata, ownerNamespace, ownerPrefix } from "../../libvirt/domains/index.ts";
import { withLibvirtErrors } from "../../libvirt/host/index.ts";
import { Affect, type LibvirtConnection } from "../../libvirt/rpc/index.ts";
import type { FoundVm } from "../read/read-vm.ts";
import { isActive } from "../read/state.ts";
import { findOwnVm, findVm, vmTitle } from "./find-vm.ts";
import type { Operations } from "./operations.ts";

/** What is done at once: whose a VM is, what it is called, whether it starts with the host. */
export class Ownership {
	readonly #operations: Operations;

	constructor(operations: Operations) {
		this.#operations = operations;
	}

	/** Marks a VM of another tool as ours. Nothing else of it is changed. */
	adopt(ref: string, actor: string): Promise<Vm> {
		return this.#at(ref, async (connection) => {
			const found = await findVm(connection, ref, this.#operations.context);
			const { domain, vm, described } = found;
			if (vm.owner !== null) return found;
			if (described.owner !== null) {
				throw new HomerangeError(
					"NOT_OURS",
					`The VM ${vmTitle(domain)} belongs to another installation of Homerange.`,
					{
						place: vmTitle(domain),
						remedy: "Change it there; or let it release the VM first.",
					},
				);
			}
			const { installation } = this.#operations.deps;
			const owner = { installation, kind: "standalone", range: null, machine: null, template: null } as const;
			await this.#mark(connection, found, ownerMetadata(owner).xml);
			this.#operations.record("vm.adopted", actor, vmTitle(domain), `The VM ${vmTitle(domain)} was adopted.`);
			return found;
		});
	}

	release(ref: string, actor: string): Promise<Vm> {
		return this.#at(ref, async (connection) => {
			const found = await findVm(connection, ref, this.#operations.context);
			if (found.vm.owner === null) return found;
			const own = await findOwnVm(connection, ref, this.#operations.context);
			await this.#mark(connection, own, null);
			const title = vmTitle(own.domain);
			this.#operations.record("vm.released", actor, title, `The VM ${title} was released.`);
			return own;
		});
	}

	setAutostart(ref: string, autostart: boolean, actor: string): Promise<Vm> {
		return this.#at(ref, async (connection) => {
			const found = await findOwnVm(connection, ref, this.#operations.context);
			if (found.vm.autostart === autostart) return found;
			await connection.domains.setAutostart(found.domain, autostart);
			const how = autostart ? "starts with the host" : "does not start with the host any more";
			const title = vmTitle(found.domain);
			this.#operations.record("vm.autostart", actor, title, `The VM ${title} ${how}.`);
			return found;
		});
	}

	rename(ref: string, name: string, actor: string): Promise<Vm> {
		return this.#at(ref, async (connection) => {
			const found = await findOwnVm(connection, ref, this.#operations.context);
			const before = vmTitle(found.domain);
			if (found.domain.name === name) return found;
			if (isActive(found.vm.state)) {
				throw new HomerangeError("STATE_CONFLICT", `The VM ${before} runs, and only a stopped one can be renamed.`, {
					place: before,
					remedy: "Stop it first.",
				});
			}
			await connection.domains.rename(found.domain, name);
			this.#operations.record(
				"vm.renamed",
				actor,
				vmTitle({ name }),
				`The VM ${before} is called ${vmTitle({ name })} now.`,
			);
			return found;
		});
	}

	/** In the definition, and in what runs. */
	async #mark({ domains }: LibvirtConnection, { domain, vm }: FoundVm, xml: string | null): Promise<void> {
		const of = { uri: ownerNamespace, prefix: ownerPrefix };
		const flags = (vm.persistent ? Affect.config : 0) | (isActive(vm.state) ? Affect.live : 0);
		await domains.setMetadata(domain, of, xml, flags);
	}

	/** Gives the VM as it is afterwards. */
	#at(ref: string, work: (connection: LibvirtConnection) => Promise<FoundVm>): Promise<Vm> {
		return withLibvirtErrors(vmTitle({ name: ref }), async () => {
			const { domain, vm } = await work(await this.#operations.deps.host.connection());
			return (await this.#operations.table.refresh(domain)) ?? vm;
		});
	}
}
