import type { Readable } from "node:stream";
import { HomerangeError } from "../../../contract/errors.ts";
import { printable } from "../../docker/api-errors.ts";
import { describeDomain, snapshotXml } from "../../libvirt/domains/index.ts";
import { withLibvirtErrors } from "../../libvirt/host/index.ts";
import {
	BlockCommit,
	BlockJobAbort,
	CreateSnapshot,
	type Domain,
	isNoDomain,
	type LibvirtConnection,
	LibvirtError,
} from "../../libvirt/rpc/index.ts";
import { awaitMirror } from "./await-mirror.ts";
import type { DiskToSplit, StandingDisk, StandingVolume, VmDisks } from "./range-vms.ts";
import type { VmHost } from "./vm-host.ts";
import { diskOf, savingOf } from "./vm-names.ts";

const agentSeconds = 5;
const wordsLimit = 200;

/** A VM's disk as its domain has it now. */
interface SeenDisk {
	readonly isOn: boolean;
	readonly target: string;
	/** The guest writes to the file of a save. */
	readonly isSplit: boolean;
	/** All targets besides. */
	readonly others: readonly string[];
}

/**
 * Splits and joins disks by libvirt: an external snapshot of the disk alone, of which libvirt keeps no record, and an
 * active commit back into it. libvirt writes each change into the domain, so a VM always starts from what it has.
 */
export class SplitDisks implements VmDisks {
	readonly #vmHost: VmHost;

	constructor(vmHost: VmHost) {
		this.#vmHost = vmHost;
	}

	prepare(engineId: string, image: string, signal: AbortSignal): Promise<DiskToSplit> {
		return withLibvirtErrors(engineId, async () => {
			// Left by a save that was cut off.
			await this.join(engineId, signal);
			const connection = await this.#vmHost.connection(signal);
			const domain = await connection.domains.lookupByUuid(engineId, { signal });
			const { isOn } = await this.#look(connection, domain, signal);
			const base = await this.#vmHost.basePath(image);
			const agent = isOn ? await noAgent(connection, domain, signal) : null;
			return {
				split: (during) =>
					withLibvirtErrors(domain.name, () => this.#split(connection, domain, { base, agent }, during)),
			};
		});
	}

	async sizeOf({ name }: StandingVolume): Promise<number> {
		return (await this.#vmHost.volumeBytes(name)) ?? 0;
	}

	download(
		{ name }: StandingVolume,
		transfer: { signal: AbortSignal; onProgress(bytes: number): void },
	): Promise<Readable> {
		return withLibvirtErrors(name, () => this.#vmHost.downloadVolume(name, transfer));
	}

	async join(engineId: string, signal: AbortSignal): Promise<boolean> {
		const connection = await this.#vmHost.connection(signal);
		let domain: Domain;
		try {
			domain = await connection.domains.lookupByUuid(engineId, { signal });
		} catch (error) {
			if (isNoDomain(error)) return true;
			throw error;
		}
		return await withLibvirtErrors(domain.name, async () => {
			const { isOn, isSplit, target } = await this.#look(connection, domain, signal);
			if (isSplit && !isOn) return false;
			if (isSplit && !(await this.#commit(connection, domain, target, signal))) return false;
			await this.#vmHost.deleteVolumes([savingOf(domain.name)], signal);
			return true;
		});
	}

	async #split(
		connection: LibvirtConnection,
		domain: Domain,
		{ base, agent }: { base: string; agent: string | null },
		signal: AbortSignal,
	): Promise<StandingDisk> {
		const { isOn, isSplit, target, others } = await this.#look(connection, domain, signal);
		const own = { name: diskOf(domain.name), backing: base };
		if (!isOn) {
			const top = { name: savingOf(domain.name), backing: await this.#vmHost.volumePath(own.name) };
			return { volumes: isSplit ? [top, own] : [own], unquiet: null };
		}
		if (isSplit) {
			throw new HomerangeError("STATE_CONFLICT", `What an earlier save left of ${domain.name} is still being joined.`, {
				place: domain.name,
				remedy: "Try again.",
			});
		}
		const path = await this.#vmHost.volumePath(savingOf(domain.name));
		const xml = snapshotXml({
			name: "saving",
			disks: [
				{ target, kind: "external" as const, path },
				...others.map((other) => ({ target: other, kind: "no" as const })),
			],
		});
		const flags = CreateSnapshot.diskOnly | CreateSnapshot.atomic | CreateSnapshot.noMetadata;
		if (agent !== null) {
			await connection.snapshots.create(domain, xml, flags, { signal });
			return { volumes: [own], unquiet: agent };
		}
		try {
			await connection.snapshots.create(domain, xml, flags | CreateSnapshot.quiesce, { signal });
			return { volumes: [own], unquiet: null };
		} catch (error) {
			if (!(error instanceof LibvirtError)) throw error;
			// What failed can be the guest, and after the split as well.
			const { isSplit: isDone } = await this.#look(connection, domain, signal);
			if (!isDone) await connection.snapshots.create(domain, xml, flags, { signal });
			const unquiet = `its guest agent could not write out what the guest had cached (${printable(error.message, wordsLimit)})`;
			return { volumes: [own], unquiet };
		}
	}

	/** False: the VM went off meanwhile. */
	async #commit(connection: LibvirtConnection, domain: Domain, target: string, signal: AbortSignal): Promise<boolean> {
		const { blocks } = connection;
		const mirror = { connection, vmHost: this.#vmHost, domain, target };
		return await awaitMirror(mirror, signal, {
			begin: async () => {
				// One that runs is from a process that ended before it.
				if ((await blocks.job(domain, target, { signal })) !== null) return;
				await blocks.commit(domain, target, {}, BlockCommit.active | BlockCommit.shallow, { signal });
			},
			end: () => blocks.abortJob(domain, target, BlockJobAbort.pivot, { signal }),
		});
	}

	async #look({ domains }: LibvirtConnection, domain: Domain, signal: AbortSignal): Promise<SeenDisk> {
		const [{ state }, xml, disk, saving] = await Promise.all([
			domains.state(domain, { signal }),
			domains.xml(domain, 0, { signal }),
			this.#vmHost.volumePath(diskOf(domain.name)),
			this.#vmHost.volumePath(savingOf(domain.name)),
		]);
		const { disks } = describeDomain(xml);
		const own = disks.find(({ path }) => path === disk || path === saving);
		if (own === undefined || own.target === null) {
			throw new HomerangeError("STATE_CONFLICT", `${domain.name} does not use the disk that was made for it.`, {
				place: domain.name,
				remedy: "Somebody changed the VM's disks by other means; put them back, or make the machine again.",
			});
		}
		const { target } = own;
		const others = disks.flatMap((each) => (each.target === null || each.target === target ? [] : each.target));
		return { isOn: state !== "shutoff" && state !== "crashed", target, isSplit: own.path === saving, others };
	}
}

/** Null when an agent answers that can make the guest write what it has cached; else why not. */
async function noAgent(
	{ guests, domains }: LibvirtConnection,
	domain: Domain,
	signal: AbortSignal,
): Promise<string | null> {
	if ((await domains.state(domain, { signal })).state === "paused")
		return "it was paused, so it could not be asked to write out what it had cached";
	try {
		await guests.agentCommand(domain, JSON.stringify({ execute: "guest-ping" }), agentSeconds, { signal });
		return null;
	} catch (error) {
		if (!(error instanceof LibvirtError)) throw error;
		return "no guest agent answered, so what the guest had not written yet is missing";
	}
}
