import { constants, type FileHandle, open } from "node:fs/promises";
import { HomerangeError } from "../../contract/errors.ts";

/** Says what went wrong with a file, in words instead of an errno. */
function unreadable(path: string, error: unknown): HomerangeError {
	const code = error instanceof Error && "code" in error ? String(error.code) : "";
	const why: Readonly<Record<string, string>> = {
		ENOENT: "does not exist",
		ENOTDIR: "does not exist",
		EACCES: "may not be read by this user",
		EPERM: "may not be read by this user",
		EISDIR: "is a folder",
		ELOOP: "is a symbolic link that leads nowhere",
		ENAMETOOLONG: "has a name that is too long",
		ENXIO: "is not a plain file",
	};
	return new HomerangeError(
		"INPUT_INVALID",
		`The file ${path} ${why[code] ?? `cannot be read (${code || String(error)})`}.`,
		{
			place: path,
			remedy: "Check the path and its permissions.",
			cause: error,
		},
	);
}

/**
 * The bytes of a plain file, at most `limit` of them. Fails with INPUT_INVALID; a device
 * or a pipe is refused without waiting on it.
 */
export async function readBounded(path: string, limit: number, limitText: string): Promise<Buffer> {
	let file: FileHandle | undefined;
	try {
		// Without O_NONBLOCK the open of a named pipe waits for a writer.
		file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
		const stat = await file.stat();
		if (!stat.isFile()) {
			const what = stat.isDirectory() ? "is a folder" : "is not a plain file";
			throw new HomerangeError("INPUT_INVALID", `The file ${path} ${what}.`, {
				place: path,
				remedy: "Name a plain file.",
			});
		}
		const bytes = Buffer.alloc(Math.min(stat.size, limit) + 1);
		let length = 0;
		while (length < bytes.length) {
			const { bytesRead } = await file.read(bytes, length, bytes.length - length, length);
			if (bytesRead === 0) break;
			length += bytesRead;
		}
		if (length > limit || stat.size > limit) {
			throw new HomerangeError("INPUT_INVALID", `The file ${path} is larger than ${limitText}.`, {
				place: path,
				remedy: "Make it smaller.",
			});
		}
		return bytes.subarray(0, length);
	} catch (error) {
		throw error instanceof HomerangeError ? error : unreadable(path, error);
	} finally {
		await file?.close();
	}
}

/** The text of a UTF-8 file. Fails with INPUT_INVALID when it is something else. */
export async function readTextBounded(path: string, limit: number, limitText: string): Promise<string> {
	const bytes = await readBounded(path, limit, limitText);
	try {
		if (bytes.includes(0)) throw new TypeError("It holds NUL bytes.");
		return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
	} catch (error) {
		throw new HomerangeError("INPUT_INVALID", `The file ${path} is not a text in UTF-8.`, {
			place: path,
			remedy: "A blueprint is a YAML text; check that this is the right file.",
			cause: error,
		});
	}
}
