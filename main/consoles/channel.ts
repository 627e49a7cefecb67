import type { ChannelFrame } from "../../contract/consoles.ts";
import type { ErrorInfo } from "../../contract/errors.ts";
import type { DockerEngine, InnerEngine } from "../docker/engine.ts";
import type { RelayPlace } from "../docker/relay.ts";

/** A machine as a channel needs it. */
export interface ChannelTarget {
	host: DockerEngine;
	inner: InnerEngine;
	dind: RelayPlace;
	/** The machine's container in the inner engine. */
	containerId: string;
	/** Where its VNC server is reached. */
	address: string;
	vncPort: number | null;
	/** The container runs a VM: a shell is its serial line, and commands go to its guest's agent. */
	isGuest?: boolean;
	/** "machine web of range two-tier-1", for messages. */
	title: string;
}

/** A machine that is a virtual machine. */
export interface VmTarget {
	/** The domain's UUID. */
	vm: string;
	title: string;
}

/** One byte channel between a client and a machine. */
export interface Channel {
	/** Frames for the client. Nothing is sent, and nothing lost, before this is called; the last is `closed`. */
	onFrame(listener: (frame: ChannelFrame) => void): void;
	/** A frame of the client. Gives a promise when the machine reads its input slower than it comes: wait for it. */
	send(frame: ChannelFrame): void | Promise<void>;
	/** The client is gone. A shell lives on; everything else ends. */
	close(): void;
	/** Ends it from this side: the client is told why, and the process behind it ends. */
	end(reason: ErrorInfo): void;
	/** Settles when nothing more comes. Never rejects. */
	readonly closed: Promise<void>;
}
