import type { z } from "zod";

/** What is kept under a key of the window's storage, checked; null when absent or of another shape. */
export function readStored<T>(storage: Storage, key: string, schema: z.ZodType<T>): T | null {
	const text = storage.getItem(key);
	if (text === null) return null;
	try {
		const parsed = schema.safeParse(JSON.parse(text));
		return parsed.success ? parsed.data : null;
	} catch (error) {
		// Written by another version or cut off: the same as nothing kept.
		if (error instanceof SyntaxError) return null;
		throw error;
	}
}

export function writeStored(storage: Storage, key: string, value: unknown): void {
	storage.setItem(key, JSON.stringify(value));
}
