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

/**
 * What a path is asked for by the system's dialog: to read it (an image as a file or as a folder, a folder with a
 * recipe) or to write to it, where the dialog asks before a file is replaced.
 */
export const pathQuestion = z.discriminatedUnion("kind", [
	z.strictObject({
		kind: z.literal("open"),
		what: z.enum(["blueprint", "image", "imageFolder", "recipe", "bundle", "iso"]),
	}),
	z.strictObject({ kind: z.literal("save"), what: z.enum(["image", "bundle"]), name: z.string().max(255) }),
]);
export type PathQuestion = z.infer<typeof pathQuestion>;

/** The text of a small file and its name; a template is one. */
export const smallFile = z.strictObject({ file: z.string().min(1).max(255), text: z.string().max(64 * 1024) });
export type SmallFile = z.infer<typeof smallFile>;

/** A file that the person chose; its text is null when it is larger than a template may be. */
export interface OpenedFile {
	readonly file: string;
	readonly text: string | null;
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
	choosePath(question: PathQuestion): Promise<string | null>;
	/** Lets the person choose a template's file, and reads it; null when they cancel. */
	openTemplate(): Promise<OpenedFile | null>;
	/** Lets the person choose where a template's file goes, and writes it; gives its path, null when they cancel. */
	saveTemplate(file: SmallFile): Promise<string | null>;
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
