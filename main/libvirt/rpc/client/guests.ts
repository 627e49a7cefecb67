import type { CallOptions } from "../connection/rpc-connection.ts";
import { AgentTimeout } from "../flags.ts";
import * as calls from "../protocol/domain.ts";
import { agentCommand } from "../protocol/qemu.ts";
import type { Domain, Parameters } from "../protocol/structs.ts";
import type { Caller } from "./link.ts";

export interface GuestFileSystem {
	mountPoint: string;
	name: string;
	type: string;
	/** Targets of the disks that it is on ("vda"). */
	devices: string[];
}

/**
 * What the agent in the guest knows and can do. Without an agent every call fails with `isAgentUnresponsive`. Answers are the guest's:
 * nothing in them is to be trusted.
 */
export class Guests {
	readonly #caller: Caller;

	constructor(caller: Caller) {
		this.#caller = caller;
	}

	/** A command of the agent's own protocol as JSON, and its JSON answer. `timeout` in seconds, or of `AgentTimeout`. */
	async agentCommand(
		domain: Domain,
		command: string,
		timeout: number = AgentTimeout.default,
		options?: CallOptions,
	): Promise<string | null> {
		return (await this.#caller.call(agentCommand, { domain, command, timeout, flags: 0 }, options)).result;
	}

	/** Facts by libvirt's names ("os.id", "hostname", "fs.count", …). `groups` is of `GuestInfo`; 0 is all that the agent knows. */
	async info(domain: Domain, groups = 0, options?: CallOptions): Promise<Parameters> {
		return (await this.#caller.call(calls.getGuestInfo, { domain, types: groups, flags: 0 }, options)).values;
	}

	async fileSystems(domain: Domain, options?: CallOptions): Promise<GuestFileSystem[]> {
		return (await this.#caller.call(calls.getFileSystems, { domain, flags: 0 }, options)).fileSystems;
	}

	/** Holds the guest's file systems still, all of them when none is named. The answer is how many. */
	async fsFreeze(domain: Domain, mountPoints: string[] = [], options?: CallOptions): Promise<number> {
		return (await this.#caller.call(calls.fsFreeze, { domain, mountPoints, flags: 0 }, options)).fileSystems;
	}

	async fsThaw(domain: Domain, mountPoints: string[] = [], options?: CallOptions): Promise<number> {
		return (await this.#caller.call(calls.fsThaw, { domain, mountPoints, flags: 0 }, options)).fileSystems;
	}

	async hostname(domain: Domain, options?: CallOptions): Promise<string> {
		return (await this.#caller.call(calls.getGuestHostname, { domain, flags: 0 }, options)).hostname;
	}

	setUserPassword(domain: Domain, user: string, password: string, options?: CallOptions): Promise<void> {
		return this.#caller.call(calls.setUserPassword, { domain, user, password, flags: 0 }, options);
	}

	/** Replaces the keys of a user. */
	setAuthorizedKeys(domain: Domain, user: string, keys: string[], options?: CallOptions): Promise<void> {
		return this.#caller.call(calls.setAuthorizedKeys, { domain, user, keys, flags: 0 }, options);
	}

	/** How many seconds the daemon waits for the agent from now on. */
	async setResponseTimeout(domain: Domain, seconds: number, options?: CallOptions): Promise<void> {
		await this.#caller.call(calls.setAgentTimeout, { domain, timeout: seconds, flags: 0 }, options);
	}
}
