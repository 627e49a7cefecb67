import { addAbortSignal, type Duplex, type Readable } from "node:stream";
import type { CallOptions } from "../connection/rpc-connection.ts";
import * as calls from "../protocol/domain.ts";
import type { Domain } from "../protocol/structs.ts";
import type { Caller } from "./link.ts";

const both = { readable: true, writable: true };
const readOnly = { readable: true, writable: false };

/** Streams to a running domain. Each has a connection of its own. A signal ends the stream, also when it is open. */
export class Consoles {
	readonly #caller: Caller;

	constructor(caller: Caller) {
		this.#caller = caller;
	}

	/**
	 * A serial console: the first, or that of a device alias ("serial1"). `flags` is of `OpenConsole`; without `force` a console
	 * that is open elsewhere is refused. Bytes come in many small pieces: put them together before they cross a process border.
	 */
	async console(domain: Domain, device: string | null = null, flags = 0, options?: CallOptions): Promise<Duplex> {
		const { stream } = await this.#caller.openStream(calls.openConsole, { domain, device, flags }, both, options);
		return withSignal(stream, options);
	}

	/** A virtio channel, by its target name or alias. */
	async channel(domain: Domain, name: string | null = null, flags = 0, options?: CallOptions): Promise<Duplex> {
		const { stream } = await this.#caller.openStream(calls.openChannel, { domain, name, flags }, both, options);
		return withSignal(stream, options);
	}

	/** A picture of the screen, PNG on QEMU >= 7.1 and PPM before; `mime` says which. */
	async screenshot(
		domain: Domain,
		screen = 0,
		options?: CallOptions,
	): Promise<{ mime: string | null; stream: Readable }> {
		const { stream, result } = await this.#caller.openStream(
			calls.screenshot,
			{ domain, screen, flags: 0 },
			readOnly,
			options,
		);
		return { mime: result.mime, stream: withSignal(stream, options) };
	}
}

function withSignal<Stream extends Readable>(stream: Stream, options?: CallOptions): Stream {
	return options?.signal ? addAbortSignal(options.signal, stream) : stream;
}
