import { z } from "zod";
import { captureRequest } from "./capture.ts";
import type { CommandId } from "./commands.ts";
import { channelRequest } from "./consoles.ts";
import type { ErrorInfo } from "./errors.ts";

/**
 * The window's border to the shell. It has two parts: byte and call ports, which
 * the page asks for with `window.postMessage` (a port cannot cross the context
 * bridge), and the one object `window.homerange` below.
 */

/**
 * What the page posts to its own window, with exactly one MessagePort to
 * transfer. `rpc`: the port carries oRPC calls of `contract`. `channel`: the port
 * carries `ChannelFrame`s as structured clones. `capture`: the shell writes a
 * capture to a file that the person chooses, and the port carries its reports.
 */
export const portRequest = z.discriminatedUnion("kind", [
	z.strictObject({ kind: z.literal("rpc") }),
	z.strictObject({ kind: z.literal("channel"), channel: channelRequest }),
	z.strictObject({ kind: z.literal("capture"), capture: captureRequest }),
]);
export type PortRequest = z.infer<typeof portRequest>;

/** The message's envelope, so that the preload script takes nothing else. */
export interface PortMessage {
	homerangePort: PortRequest;
}

export const theme = z.enum(["system", "light", "dark"]);
export type Theme = z.infer<typeof theme>;

/** How far the app's engine is. Calls made before `ready` wait in the port. */
export type EngineStart =
	| { state: "starting" }
	/** A background engine holds the data folder and ends these tasks (titles) first. */
	| { state: "waiting"; tasks: string[] }
	| { state: "ready" }
	| { state: "failed"; error: ErrorInfo };

/** What the shell tells the page. */
export type ShellEvent =
	| { kind: "engine"; engine: EngineStart }
	/** A menu entry, a shortcut or the tray asks for this action. */
	| { kind: "command"; command: CommandId }
	/** Show this range's page (`--range NAME`). */
	| { kind: "showRange"; range: string }
	/** Show the deploy preview of this blueprint file (`--open FILE`, or a file given by the system). */
	| { kind: "openBlueprint"; path: string };

/** `window.homerange`: everything the page can ask of the shell. Functions only, besides the facts. */
export interface ShellBridge {
	readonly facts: { readonly platform: "linux" | "darwin" | "win32"; readonly version: string };
	/** The system's file dialog; null when the person cancels. */
	chooseBlueprint(): Promise<string | null>;
	/** Asks the person, then opens an http or https address in their browser. Gives false when refused. */
	openLink(address: string): Promise<boolean>;
	/** Makes the window (and `prefers-color-scheme`) light or dark, and remembers it for the next start. */
	setTheme(theme: Theme): void;
	/** Starts the engine again after `failed`. */
	retryEngine(): void;
	/**
	 * Events from the shell, those that came before the first listener included.
	 * The first event is always the engine's state. Gives a function that ends it.
	 */
	onEvent(listener: (event: ShellEvent) => void): () => void;
}
