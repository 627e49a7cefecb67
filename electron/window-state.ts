import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { theme } from "../contract/shell.ts";

const rectangle = z.object({
	x: z.number().int(),
	y: z.number().int(),
	width: z.number().int().min(1).max(32_768),
	height: z.number().int().min(1).max(32_768),
});
export type Rectangle = z.infer<typeof rectangle>;

const windowState = z.object({ bounds: rectangle.nullable(), maximized: z.boolean(), theme });
export type WindowState = z.infer<typeof windowState>;

const initial: WindowState = { bounds: null, maximized: false, theme: "system" };

export const defaultSize = { width: 1280, height: 820 };
export const minimumSize = { width: 760, height: 520 };

/** Where the window was and how it looked, kept as a small file so that it is known before the engine is. */
export class WindowStateFile {
	readonly #path: string;
	#state: WindowState;

	constructor(folder: string) {
		this.#path = join(folder, "window.json");
		this.#state = read(this.#path);
	}

	get(): WindowState {
		return this.#state;
	}

	set(change: Partial<WindowState>): void {
		this.#state = { ...this.#state, ...change };
		const draft = `${this.#path}.new`;
		writeFileSync(draft, JSON.stringify(this.#state), { mode: 0o600 });
		renameSync(draft, this.#path);
	}
}

/** A missing or torn file only means that the window opens where the system puts it. */
function read(path: string): WindowState {
	try {
		const parsed = windowState.safeParse(JSON.parse(readFileSync(path, "utf8")));
		return parsed.success ? parsed.data : initial;
	} catch {
		return initial;
	}
}

/**
 * The kept bounds if enough of the window's top is on some display to be seen and
 * moved, else null: displays come and go between two starts.
 */
export function visibleBounds(bounds: Rectangle | null, workAreas: readonly Rectangle[]): Rectangle | null {
	if (bounds === null) return null;
	const handle = { ...bounds, height: 40 };
	const isVisible = workAreas.some(
		(area) => overlap(handle, area, "x", "width") >= 120 && overlap(handle, area, "y", "height") >= 20,
	);
	return isVisible ? bounds : null;
}

function overlap(a: Rectangle, b: Rectangle, start: "x" | "y", length: "width" | "height"): number {
	return Math.min(a[start] + a[length], b[start] + b[length]) - Math.max(a[start], b[start]);
}
