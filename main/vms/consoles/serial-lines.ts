import type { Duplex, Readable } from "node:stream";
import type { ErrorInfo } from "../../../contract/errors.ts";
import { HomerangeError, toErrorInfo } from "../../../contract/errors.ts";
import type { Channel } from "../../consoles/channel.ts";
import { type DomainDescription, describeDomain } from "../../libvirt/domains/index.ts";
import { type LibvirtHost, libvirtFailure } from "../../libvirt/host/index.ts";
import { type Domain, type LibvirtConnection, LibvirtError, OpenConsole } from "../../libvirt/rpc/index.ts";
import type { Logger } from "../../log.ts";
import { findDomain, vmTitle } from "../operations/find-vm.ts";
import { runs } from "../operations/wait-for-stop.ts";
import { readLogTail } from "./log-file.ts";
import { withoutOverlap } from "./overlap.ts";
import { SerialLine } from "./serial-line.ts";

/** What a line that is opened late begins with. */
const earlierBytes = 256 * 1024;

export interface SerialLinesOptions {
	readonly host: LibvirtHost;
	/** Rows of scroll-back. */
	scrollback(): number;
	readonly log: Logger;
}

/** The serial lines of running VMs, by the UUID of their domain: standalone ones and machines of ranges. */
export class SerialLines {
	readonly #options: SerialLinesOptions;
	readonly #lines = new Map<string, SerialLine>();
	readonly #opening = new Map<string, Promise<SerialLine>>();

	constructor(options: SerialLinesOptions) {
		this.#options = options;
	}

	/**
	 * Listens to a running VM from now on, whether somebody looks or not. For one that was started paused nothing is lost.
	 * Does nothing for a VM without a serial line.
	 */
	async listen(domain: Domain): Promise<void> {
		// A line of its last run is over, even when that was not told yet.
		this.#lines.get(domain.uuid)?.end(null);
		this.#lines.delete(domain.uuid);
		const connection = await this.#options.host.connection();
		const described = describeDomain(await connection.domains.xml(domain));
		if (hasLine(described)) await this.#line(domain, described, false);
	}

	/** The line as a channel: what it said before, and what it says. Errors: `VM_NOT_FOUND`, `STATE_CONFLICT`, `UNSUPPORTED`. */
	async open(ref: string, tail?: number): Promise<Channel> {
		const { host } = this.#options;
		const connection = await host.connection();
		const domain = await findDomain(connection, ref);
		const known = this.#lines.get(domain.uuid);
		if (known !== undefined && !known.isOver) return known.attach(tail);
		const title = vmTitle(domain);
		if (!(await runs(host, domain))) {
			throw new HomerangeError("STATE_CONFLICT", `The VM ${title} does not run.`, {
				place: title,
				remedy: "Start it first; what it wrote before is in its log.",
			});
		}
		const described = describeDomain(await connection.domains.xml(domain));
		if (!hasLine(described)) {
			throw new HomerangeError("UNSUPPORTED", `The VM ${title} has no serial line that can be shown.`, {
				place: title,
				remedy: "Give it a serial port of the kind pty, or use its screen.",
			});
		}
		return (await this.#line(domain, described, true)).attach(tail);
	}

	/** What is kept of a VM's output since the engine listens; null when it does not. */
	history(uuid: string): Buffer | null {
		return this.#lines.get(uuid)?.history() ?? null;
	}

	close(): void {
		const reason = new HomerangeError("STATE_CONFLICT", "The engine is shutting down.").toInfo();
		for (const line of this.#lines.values()) line.end(reason);
	}

	/** Several who want the same line at the same time get one. */
	#line(domain: Domain, described: DomainDescription, withEarlier: boolean): Promise<SerialLine> {
		const { uuid } = domain;
		const opening = this.#opening.get(uuid) ?? this.#connect(domain, described, withEarlier);
		this.#opening.set(uuid, opening);
		const forget = () => {
			if (this.#opening.get(uuid) === opening) this.#opening.delete(uuid);
		};
		opening.then(forget, forget);
		return opening;
	}

	async #connect(domain: Domain, described: DomainDescription, withEarlier: boolean): Promise<SerialLine> {
		const { host, scrollback } = this.#options;
		const title = vmTitle(domain);
		const connection = await host.connection();
		const stream = await openStream(connection, domain, title);
		const early = withEarlier ? await this.#earlier(described, stream) : Buffer.alloc(0);
		const line = new SerialLine(
			stream,
			{
				title: `VM ${title}`,
				rows: scrollback(),
				sendBreak: () => this.#break(domain),
				reasonOfEnd: (error) => this.#reasonOfEnd(domain, error),
			},
			early,
		);
		this.#lines.set(domain.uuid, line);
		return line;
	}

	/** The log file's end, without what the line itself has brought since it was opened. */
	async #earlier(described: DomainDescription, stream: Readable): Promise<Buffer> {
		const log = described.serials[0]?.logPath ?? null;
		if (log === null) return Buffer.alloc(0);
		try {
			const tail = await readLogTail(this.#options.host, log, earlierBytes);
			const fresh = peek(stream);
			return tail === null ? Buffer.alloc(0) : withoutOverlap(tail, fresh);
		} catch (error) {
			this.#options.log.debug({ error: libvirtFailure(error, "serial log") }, "a serial log could not be read");
			return Buffer.alloc(0);
		}
	}

	/** libvirt's console carries bytes only; QEMU itself can put a break on the line. */
	async #break(domain: Domain): Promise<void> {
		const connection = await this.#options.host.connection();
		const command = { execute: "chardev-send-break", arguments: { id: "charserial0" } };
		try {
			await connection.qemu.monitorCommand(domain, JSON.stringify(command));
		} catch (error) {
			this.#options.log.warn({ error: libvirtFailure(error, vmTitle(domain)) }, "a break could not be sent");
		}
	}

	async #reasonOfEnd(domain: Domain, error: Error | null): Promise<ErrorInfo | null> {
		const place = vmTitle(domain);
		if (!(await runs(this.#options.host, domain))) {
			return new HomerangeError("STATE_CONFLICT", `The VM ${place} stopped.`, {
				place,
				remedy: "Start it and open the console again.",
			}).toInfo();
		}
		if (error !== null && !(error instanceof LibvirtError)) return toErrorInfo(libvirtFailure(error, place));
		return new HomerangeError("STATE_CONFLICT", `The serial line of the VM ${place} was taken by another program.`, {
			place,
			remedy: "Open it again to bring it back here.",
		}).toInfo();
	}
}

function hasLine({ serials }: DomainDescription): boolean {
	const [first] = serials;
	return first !== undefined && (first.kind === "pty" || first.kind === "unix");
}

/** A line that another program holds is not taken from it. */
async function openStream(connection: LibvirtConnection, domain: Domain, title: string): Promise<Duplex> {
	try {
		return await connection.consoles.console(domain, null, OpenConsole.safe);
	} catch (error) {
		if (error instanceof LibvirtError && /active console session/i.test(error.message)) {
			throw new HomerangeError("IN_USE", `Another program has the serial line of the VM ${title} open.`, {
				place: title,
				remedy: "Close it there: virsh console, or another window of Homerange.",
				cause: error,
			});
		}
		throw error;
	}
}

/** What has come already, left in the stream for who reads it. */
function peek(stream: Readable): Buffer {
	const chunk: Buffer | null = stream.read();
	if (chunk === null) return Buffer.alloc(0);
	stream.unshift(chunk);
	return chunk;
}
