import type { CallOptions } from "../connection/rpc-connection.ts";
import { MonitorCommand } from "../flags.ts";
import { monitorCommand } from "../protocol/qemu.ts";
import type { Domain } from "../protocol/structs.ts";
import type { Caller } from "./link.ts";

/** What only QEMU's driver can do. */
export class Qemu {
	readonly #caller: Caller;

	constructor(caller: Caller) {
		this.#caller = caller;
	}

	/** A command of QEMU's monitor: JSON, or with `MonitorCommand.hmp` of the human monitor. It marks the domain as tainted. */
	async monitorCommand(
		domain: Domain,
		command: string,
		flags: number = MonitorCommand.qmp,
		options?: CallOptions,
	): Promise<string> {
		return (await this.#caller.call(monitorCommand, { domain, command, flags }, options)).result;
	}
}
