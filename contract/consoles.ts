import { z } from "zod";
import { machineRef, networkName, rangeRef } from "./ranges.ts";
import { vmRef } from "./vms.ts";

const size = { columns: z.number().int().min(1).max(1000), rows: z.number().int().min(1).max(1000) };

/**
 * A request for a byte channel. Channels do not go over the RPC: in the app
 * they are MessagePorts, on the command line an upgraded HTTP connection on
 * the engine's socket. Both carry the frames below.
 *
 * - `shell`: an interactive shell with a terminal in the machine; it lives in
 *   the engine under its `session` id, so that it can be attached again. Closing
 *   the channel leaves it running; `stdinEnd` ends it.
 * - `exec`: one command, no terminal, output split in stdout and stderr.
 * - `vnc`: the raw bytes of the machine's VNC server.
 * - `logs`: the machine's output, with what came before.
 * - `capture`: the packets of one network of a range, as a pcap stream, until the
 *   channel is closed. `filter` is an expression of pcap-filter(7).
 * - `vm-serial`: the serial line of a virtual machine, with what it wrote before. The engine goes on listening when
 *   the channel closes, and several clients can look at one line at once.
 * - `vm-vnc`, `vm-logs`: as `vnc` and `logs`, of a virtual machine.
 *
 * A machine of a range that is a virtual machine is reached either way: by its range and name, or as a VM by the
 * domain's UUID, its `engineId`.
 */
export const channelRequest = z.discriminatedUnion("kind", [
	z.strictObject({
		kind: z.literal("shell"),
		range: rangeRef,
		machine: machineRef,
		...size,
		/** Attach to this living session instead of starting a shell. */
		session: z.string().max(64).optional(),
	}),
	z.strictObject({
		kind: z.literal("exec"),
		range: rangeRef,
		machine: machineRef,
		command: z.array(z.string().max(65_536)).min(1).max(256),
		terminal: z.strictObject(size).optional(),
	}),
	z.strictObject({ kind: z.literal("vnc"), range: rangeRef, machine: machineRef }),
	z.strictObject({
		kind: z.literal("logs"),
		range: rangeRef,
		machine: machineRef,
		follow: z.boolean().default(false),
		tail: z.number().int().min(0).max(100_000).default(1000),
	}),
	z.strictObject({
		kind: z.literal("capture"),
		range: rangeRef,
		network: networkName,
		filter: z.string().max(512).optional(),
	}),
	z.strictObject({ kind: z.literal("vm-serial"), vm: vmRef }),
	z.strictObject({ kind: z.literal("vm-vnc"), vm: vmRef }),
	z.strictObject({
		kind: z.literal("vm-logs"),
		vm: vmRef,
		follow: z.boolean().default(false),
		tail: z.number().int().min(0).max(100_000).default(1000),
	}),
]);
export type ChannelRequest = z.infer<typeof channelRequest>;

/**
 * Frames of a channel. In the app each is a structured-clone message; on the
 * engine's socket each is `type:u8 length:u32be payload`, with JSON payloads
 * for everything but bytes.
 *
 * From the engine: `opened`, `stdout`, `stderr`, `closed`. From the client:
 * `stdin`, `stdinEnd`, `resize`, `ack`, and `break` for a serial line. The engine stops sending when more than
 * `channelWindow` bytes are not acknowledged (`ack` carries a number of bytes).
 */
export type ChannelFrame =
	| { type: "opened"; session: string | null }
	| { type: "stdout"; bytes: Uint8Array }
	| { type: "stderr"; bytes: Uint8Array }
	| { type: "closed"; exitCode: number | null; error: import("./errors.ts").ErrorInfo | null }
	| { type: "stdin"; bytes: Uint8Array }
	| { type: "stdinEnd" }
	| { type: "resize"; columns: number; rows: number }
	| { type: "ack"; bytes: number }
	| { type: "break" };

/** Bytes that may be on the way to a client without being acknowledged. */
export const channelWindow = 1024 * 1024;
/** Largest payload of one frame. */
export const channelFrameLimit = 256 * 1024;
