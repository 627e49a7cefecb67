import type Dockerode from "dockerode";

/** A Docker Engine that answered: its API client and what it said about itself. */
export interface DockerEngine {
	/** Every request is pinned to `apiVersion`, bounded in size and time, and fails with a `HomerangeError`. */
	readonly api: Dockerode;
	readonly version: string;
	readonly apiVersion: string;
	/** "host" or "range NAME", for messages. */
	readonly label: string;
	/** Rejects with ENGINE_UNREACHABLE when the engine does not answer within a few seconds. */
	ping(signal?: AbortSignal): Promise<void>;
}

/** The engine inside a range's DinD, reached through its tunnels only. */
export interface InnerEngine extends DockerEngine {
	/** Ends every tunnel and the processes that carry them. */
	close(): void;
}
