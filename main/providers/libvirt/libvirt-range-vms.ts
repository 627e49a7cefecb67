import { HomerangeError } from "../../../contract/errors.ts";
import { isNoDomain, type LibvirtConnection } from "../../libvirt/rpc/index.ts";
import { cutPower } from "../../vms/operations/power.ts";
import type { MachineProvider } from "../machine-provider.ts";
import { LibvirtProvider, ownDomains, removeVm } from "./libvirt-provider.ts";
import type { DiskTransfer, RangeVms, VmAbility, VmDisks, VmRange, VmSite } from "./range-vms.ts";
import { SplitDisks } from "./split-disks.ts";
import { countVms, type VmCount } from "./vm-counts.ts";
import type { VmHost } from "./vm-host.ts";

/** The VMs of ranges as domains of libvirt. */
export class LibvirtRangeVms implements RangeVms {
	readonly disks: VmDisks;
	readonly #vmHost: VmHost;
	readonly #owner: string;

	constructor(vmHost: VmHost, owner: string) {
		this.disks = new SplitDisks(vmHost);
		this.#vmHost = vmHost;
		this.#owner = owner;
	}

	get isConnected(): boolean {
		return this.#vmHost.isConnected;
	}

	async ability(signal: AbortSignal): Promise<VmAbility> {
		const obstacle = await this.#vmHost.whyNoRangeVms(signal);
		if (obstacle !== null) return { available: false, ...obstacle, emulated: null };
		const { virtType, emulationReason } = await this.#vmHost.ability(signal);
		const emulated = virtType === "qemu" ? (emulationReason ?? "The host cannot run guests by hardware.") : null;
		return { available: true, reason: null, remedy: null, emulated };
	}

	provider(site: VmSite): MachineProvider {
		return new LibvirtProvider({ vmHost: this.#vmHost, site, owner: this.#owner });
	}

	findDisk(image: string): Promise<{ sizeBytes: number } | null> {
		return this.#vmHost.findDisk(image);
	}

	ensureDisk(image: string, transfer: DiskTransfer): Promise<boolean> {
		return this.#vmHost.ensureBase(image, transfer);
	}

	async halt(rangeId: string, signal: AbortSignal): Promise<void> {
		const connection = await this.#vmHost.connection(signal);
		const own = await ownDomains(connection, { owner: this.#owner, rangeId }, signal);
		await Promise.all(own.map(({ domain }) => cutPower(connection, domain, signal)));
	}

	async remove(rangeId: string, signal: AbortSignal): Promise<void> {
		const connection = await this.#vmHost.connection(signal);
		const own = await ownDomains(connection, { owner: this.#owner, rangeId }, signal);
		await Promise.all(
			own.map(async ({ domain }) => {
				try {
					await removeVm(this.#vmHost, connection, domain, signal);
				} catch (error) {
					if (!isNoDomain(error)) throw error;
				}
			}),
		);
	}

	async counts(uuids: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, VmCount>> {
		return await countVms(await this.#vmHost.connection(signal), uuids, signal);
	}

	async ranges(signal: AbortSignal): Promise<VmRange[]> {
		const connection = await this.#connectionIfAny(signal);
		if (connection === null) return [];
		const byRange = new Map<string, string[]>();
		for (const { domain, rangeId } of await ownDomains(connection, { owner: this.#owner }, signal)) {
			byRange.set(rangeId, [...(byRange.get(rangeId) ?? []), domain.name]);
		}
		return [...byRange].map(([rangeId, domains]) => ({ rangeId, domains }));
	}

	async unusedFiles(signal: AbortSignal): Promise<string[]> {
		return (await this.#connectionIfAny(signal)) === null ? [] : await this.#vmHost.unusedFiles();
	}

	async removeUnusedFiles(signal: AbortSignal): Promise<string[]> {
		return (await this.#connectionIfAny(signal)) === null ? [] : await this.#vmHost.removeUnusedFiles();
	}

	/** Where there is no hypervisor, nothing was left on it. */
	async #connectionIfAny(signal: AbortSignal): Promise<LibvirtConnection | null> {
		try {
			return await this.#vmHost.connection(signal);
		} catch (error) {
			if (error instanceof HomerangeError && error.code === "HYPERVISOR_UNAVAILABLE") return null;
			throw error;
		}
	}
}
