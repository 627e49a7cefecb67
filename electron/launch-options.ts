import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";

/** What the app's own command line may ask for. */
export const launchOptions = z.strictObject({
	/** Show this range's page. */
	range: z.string().min(1).max(64).nullable(),
	/** Show the deploy preview of this blueprint file; absolute. */
	open: z.string().min(1).max(4096).nullable(),
	/** Save a picture of the window to this file once the page shows its data, then quit; absolute. */
	screenshot: z.string().min(1).max(4096).nullable(),
});
export type LaunchOptions = z.infer<typeof launchOptions>;

/**
 * Reads `--range NAME`, `--open FILE` and `--screenshot FILE`. Chromium's and Electron's own switches
 * stand on the same command line, so what is unknown is left alone.
 */
export function readLaunchOptions(args: readonly string[], folder: string): LaunchOptions {
	const { values } = parseArgs({
		args: [...args],
		strict: false,
		allowPositionals: true,
		options: { range: { type: "string" }, open: { type: "string" }, screenshot: { type: "string" } },
	});
	// A value that begins with a hyphen is the next switch: this one came without.
	const text = (value: unknown): string | null => (typeof value === "string" && /^[^-]/.test(value) ? value : null);
	const path = (value: unknown): string | null => {
		const given = text(value);
		return given === null ? null : resolve(folder, given);
	};
	return launchOptions.parse({
		range: text(values.range),
		open: path(values.open),
		screenshot: path(values.screenshot),
	});
}
