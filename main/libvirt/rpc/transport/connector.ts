import type { Duplex } from "node:stream";

/** A way to reach a daemon. Each call gives a new connection of bytes; a failure is a LibvirtConnectionError. */
export interface Connector {
	/** For messages: a path, or a host. */
	readonly label: string;
	connect(signal?: AbortSignal): Promise<Duplex>;
}
