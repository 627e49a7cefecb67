import type { ChannelRequest } from "../../../contract/consoles.ts";
import type { VmLog } from "../../../contract/vms.ts";
import type { Channel } from "../../consoles/channel.ts";
import { Outbox } from "../../consoles/outbox.ts";
import { describeDomain } from "../../libvirt/domains/index.ts";
import { type LibvirtHost, withLibvirtErrors } from "../../libvirt/host/index.ts";
import { DomainXml } from "../../libvirt/rpc/index.ts";
import { findDomain } from "../operations/find-vm.ts";
import { runs } from "../operations/wait-for-stop.ts";
import { lastLines } from "./last-lines.ts";
import { readLogTail } from "./log-file.ts";
import type { SerialLines } from "./serial-lines.ts";
import { openVmVnc } from "./vnc.ts";

type VmRequest = Extract<ChannelRequest, { vm: string }>;

const logBytes = 4 * 1024 * 1024;
const place = "VM console";

/**
 * The consoles of VMs by name or by the UUID of their domain: of standalone ones, of machines of ranges, and of other
 * tools' VMs, too, because looking changes nothing.
 */
export class VmConsoles {
	readonly #host: LibvirtHost;
	readonly #lines: SerialLines;

	constructor(host: LibvirtHost, lines: SerialLines) {
		this.#host = host;
		this.#lines = lines;
	}

	/** Errors: `VM_NOT_FOUND`, `STATE_CONFLICT`, `UNSUPPORTED`, `IN_USE`, `HYPERVISOR_UNAVAILABLE`. */
	open(request: VmRequest): Promise<Channel> {
		return withLibvirtErrors(place, async () => {
			switch (request.kind) {
				case "vm-serial":
					return await this.#lines.open(request.vm);
				case "vm-vnc":
					return await openVmVnc(this.#host, request.vm);
				case "vm-logs":
					return await this.#openLogs(request);
			}
		});
	}

	/** The end of what a VM wrote on its serial line, also of one that does not run. */
	log(ref: string, lines: number): Promise<VmLog> {
		return withLibvirtErrors(place, async () => {
			const connection = await this.#host.connection();
			const domain = await findDomain(connection, ref);
			const described = describeDomain(await connection.domains.xml(domain, DomainXml.default));
			const path = described.serials.find(({ logPath }) => logPath !== null)?.logPath ?? null;
			const file = path === null ? null : await readLogTail(this.#host, path, logBytes);
			const bytes = file ?? this.#lines.history(domain.uuid) ?? Buffer.alloc(0);
			const { text, isCut } = lastLines(bytes, lines);
			return { text, source: file === null ? "memory" : "file", truncated: isCut || bytes.length >= logBytes };
		});
	}

	async #openLogs({ vm, follow, tail }: Extract<VmRequest, { kind: "vm-logs" }>): Promise<Channel> {
		const connection = await this.#host.connection();
		const domain = await findDomain(connection, vm);
		if (follow && (await runs(this.#host, domain))) return withoutInput(await this.#lines.open(vm, tail));
		const { text } = await this.log(vm, tail);
		const outbox = new Outbox(() => undefined);
		outbox.announce({ type: "opened", session: null });
		outbox.push("stdout", Buffer.from(text, "utf8"));
		outbox.finish({ type: "closed", exitCode: null, error: null });
		return {
			onFrame: (listener) => outbox.connect(listener),
			send(frame) {
				if (frame.type === "ack") outbox.acknowledge(frame.bytes);
			},
			close: () => outbox.drop(),
			end: (reason) => outbox.finish({ type: "closed", exitCode: null, error: reason }),
			closed: outbox.closed,
		};
	}
}

/** Who reads a log types nothing. */
function withoutInput(channel: Channel): Channel {
	return {
		onFrame: (listener) => channel.onFrame(listener),
		send: (frame) => (frame.type === "ack" ? channel.send(frame) : undefined),
		close: () => channel.close(),
		end: (reason) => channel.end(reason),
		closed: channel.closed,
	};
}
