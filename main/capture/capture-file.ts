import { type FileHandle, open } from "node:fs/promises";
import { HomerangeError } from "../../contract/errors.ts";
import { PcapCounter } from "./pcap-counter.ts";

/** The file of a capture, written as packets come. */
export class CaptureFile {
	readonly path: string;
	readonly counter = new PcapCounter();
	readonly #file: FileHandle;

	private constructor(path: string, file: FileHandle) {
		this.path = path;
		this.#file = file;
	}

	/** Begins the file anew. Packets may hold secrets, so only its owner reads a new one. Errors: `INPUT_INVALID`, `DISK_FULL`. */
	static async create(path: string): Promise<CaptureFile> {
		try {
			return new CaptureFile(path, await open(path, "w", 0o600));
		} catch (error) {
			throw failure(path, error);
		}
	}

	async write(bytes: Uint8Array): Promise<void> {
		try {
			for (let at = 0; at < bytes.length; ) {
				at += (await this.#file.write(bytes, at)).bytesWritten;
			}
		} catch (error) {
			throw failure(this.path, error);
		}
		this.counter.push(bytes);
	}

	/** Waits until everything is on the disk, and closes the file. */
	async finish(): Promise<void> {
		try {
			await this.#file.sync().catch((error: unknown) => {
				// Pipes and devices have nothing to be put on a disk.
				if (!isErrno(error) || (error.code !== "EINVAL" && error.code !== "ENOTSUP")) throw error;
			});
		} catch (error) {
			throw failure(this.path, error);
		} finally {
			await this.#file.close();
		}
	}
}

function failure(path: string, error: unknown): HomerangeError {
	const reason = error instanceof Error ? error.message : String(error);
	const isFull = isErrno(error) && (error.code === "ENOSPC" || error.code === "EDQUOT");
	return new HomerangeError(
		isFull ? "DISK_FULL" : "INPUT_INVALID",
		`The capture cannot be written to ${path}: ${reason}.`,
		{
			place: path,
			remedy: isFull ? "Free some space, or capture to another disk." : "Name another file.",
			cause: error,
		},
	);
}

function isErrno(error: unknown): error is NodeJS.ErrnoException {
	return error instanceof Error && "code" in error;
}
