export type Format = "text" | "json";

/** Writes a line to stdout and waits until the reader takes it. */
export async function print(text: string): Promise<void> {
	if (process.stdout.write(`${text}\n`)) return;
	await new Promise<void>((resolve) => process.stdout.once("drain", resolve));
}

/** One JSON value, and nothing else. */
export async function printJson(value: unknown): Promise<void> {
	await print(JSON.stringify(value, null, 2));
}

/** For people, beside the output. */
export function say(text: string): void {
	process.stderr.write(`${text}\n`);
}
