import { randomUUID } from "node:crypto";
import type { ChannelRequest } from "../../contract/consoles.ts";
import { HomerangeError } from "../../contract/errors.ts";
import type { Logger } from "../log.ts";
import { inGuest } from "../providers/docker/in-guest.ts";
import { type CaptureTarget, openCaptureChannel } from "./capture-channel.ts";
import type { Channel, ChannelTarget, VmTarget } from "./channel.ts";
import { openExecChannel } from "./exec-channel.ts";
import { openLogsChannel } from "./logs-channel.ts";
import { ShellSession } from "./shell-session.ts";
import { openVncChannel } from "./vnc-channel.ts";

/** Shells at once; each is a process in a machine and up to 8 MiB of scroll-back here. */
const sessionLimit = 128;

export interface ConsolesOptions {
	/** RANGE_NOT_FOUND, MACHINE_NOT_FOUND, or STATE_CONFLICT when the machine does not run. */
	locate(range: string, machine: string): Promise<ChannelTarget | VmTarget>;
	/** RANGE_NOT_FOUND, NETWORK_NOT_FOUND, or STATE_CONFLICT when the range does not run. */
	locateNetwork(range: string, network: string): Promise<CaptureTarget>;
	/** VM_NOT_FOUND, HYPERVISOR_UNAVAILABLE, or STATE_CONFLICT when the VM does not run. */
	openVm(request: VmRequest): Promise<Channel>;
	/** Rows of scroll-back that a new shell keeps. */
	scrollback(): number;
	log: Logger;
}

export type VmRequest = Extract<ChannelRequest, { vm: string }>;
type MachineRequest = Exclude<ChannelRequest, { kind: "capture" } | VmRequest>;
/** What a channel ends with; null for a VM's, which ends by itself. */
type Owner = (Pick<CaptureTarget, "dind"> & { containerId?: string }) | null;

/** The consoles of all machines: opens channels, and keeps the shells that live on when their client goes. */
export class Consoles {
	readonly #options: ConsolesOptions;
	/** Oldest first. */
	readonly #sessions = new Map<string, ShellSession>();
	readonly #channels = new Map<Channel, Owner>();
	#isClosed = false;

	constructor(options: ConsolesOptions) {
		this.#options = options;
	}

	async open(request: ChannelRequest): Promise<Channel> {
		if (this.#isClosed) throw new HomerangeError("STATE_CONFLICT", "The engine is shutting down.");
		if (request.kind === "shell" && request.session !== undefined) {
			return this.#attach(request.session, request);
		}
		const { channel, owner } = await this.#openFor(request);
		this.#channels.set(channel, owner);
		void channel.closed.then(() => this.#channels.delete(channel));
		if (this.#isClosed) channel.close();
		return channel;
	}

	/** Shells that live, attached or not. */
	get shells(): number {
		return this.#sessions.size;
	}

	/** Ends everything that is open to a machine's container, or to all machines of a range's DinD. */
	closeOf(what: { dind: string } | { containerId: string }, message: string): void {
		const matches = (target: Owner) =>
			target !== null &&
			("dind" in what ? target.dind.container === what.dind : target.containerId === what.containerId);
		const reason = new HomerangeError("STATE_CONFLICT", message).toInfo();
		for (const session of this.#sessions.values()) if (matches(session.target)) session.end(reason);
		for (const [channel, target] of this.#channels) if (matches(target)) channel.end(reason);
	}

	/** Ends every shell and channel. */
	close(): void {
		this.#isClosed = true;
		const reason = new HomerangeError("STATE_CONFLICT", "The engine is shutting down.").toInfo();
		for (const session of this.#sessions.values()) session.end(reason);
		for (const channel of this.#channels.keys()) channel.end(reason);
	}

	async #openFor(request: ChannelRequest): Promise<{ channel: Channel; owner: Owner }> {
		if (request.kind === "capture") {
			const owner = await this.#options.locateNetwork(request.range, request.network);
			return { channel: await openCaptureChannel(owner, request), owner };
		}
		if ("vm" in request) return { channel: await this.#options.openVm(request), owner: null };
		const owner = await this.#options.locate(request.range, request.machine);
		if ("vm" in owner) return { channel: await this.#options.openVm(asVmRequest(request, owner)), owner: null };
		return { channel: await this.#open(owner, request), owner };
	}

	async #open(target: ChannelTarget, request: MachineRequest): Promise<Channel> {
		switch (request.kind) {
			case "shell":
				return (await this.#startShell(target, request)).attach(request);
			case "exec":
				return await openExecChannel(
					target,
					target.isGuest ? { ...request, command: inGuest(request.command) } : request,
				);
			case "vnc":
				return await openVncChannel(target);
			case "logs":
				return await openLogsChannel(target, request);
		}
	}

	#attach(id: string, size: { columns: number; rows: number }): Channel {
		const session = this.#sessions.get(id);
		if (!session || session.isOver) {
			throw new HomerangeError("CONSOLE_NOT_FOUND", "This console has ended.", {
				remedy: "Open a new one.",
			});
		}
		return session.attach(size);
	}

	async #startShell(target: ChannelTarget, size: { columns: number; rows: number }): Promise<ShellSession> {
		if (this.#sessions.size >= sessionLimit) this.#makeRoom();
		const session = await ShellSession.start(randomUUID(), target, size, this.#options.scrollback());
		this.#sessions.set(session.id, session);
		void session.over.then(() => this.#sessions.delete(session.id));
		this.#options.log.debug({ session: session.id, machine: target.title }, "A shell was opened");
		return session;
	}

	#makeRoom(): void {
		const idle = [...this.#sessions.values()].find(({ isAttached }) => !isAttached);
		if (!idle) {
			throw new HomerangeError("STATE_CONFLICT", `${sessionLimit} consoles are open, more cannot be.`, {
				remedy: "Close some of them.",
			});
		}
		idle.end(null);
	}
}

/** What is asked of a machine, as it is asked of the VM that the machine is. */
function asVmRequest(request: MachineRequest, { vm, title }: VmTarget): VmRequest {
	switch (request.kind) {
		case "vnc":
			return { kind: "vm-vnc", vm };
		case "logs":
			return { kind: "vm-logs", vm, follow: request.follow, tail: request.tail };
		case "shell":
		case "exec":
			throw new HomerangeError("UNSUPPORTED", "A virtual machine has no shell beside its own consoles.", {
				place: title,
				remedy: "Open its serial console or its screen and log in there.",
			});
	}
}
