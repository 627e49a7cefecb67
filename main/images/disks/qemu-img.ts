import { spawn } from "node:child_process";
import { z } from "zod";
import { HomerangeError } from "../../../contract/errors.ts";
import type { DiskFormat } from "../../../contract/images.ts";
import { isNoSpace, printable } from "../../docker/api-errors.ts";
import { asDiskFull } from "./disk-room.ts";
import { diskInvalid, flattenRemedy } from "./invalid-disk.ts";

const outputLimit = 1024 * 1024;
const infoLimitMs = 30_000;
const checkLimitMs = 600_000;
const flattenLimitMs = 6 * 3_600_000;
/** More than any guest's disk; what a header claims beyond it is a bomb or a mistake. */
const virtualLimit = 64 * 1024 ** 4;

const infoAnswer = z.looseObject({
	format: z.string(),
	"virtual-size": z.number(),
	encrypted: z.boolean().optional(),
	"backing-filename": z.string().optional(),
	"full-backing-filename": z.string().optional(),
	"format-specific": z
		.looseObject({ data: z.looseObject({ "data-file": z.string().optional() }).optional() })
		.optional(),
});

interface Finished {
	status: number | null;
	stdout: string;
	stderr: string;
}

/**
 * What QEMU reads in a file of ours. The format is told, never guessed: a guest could write another format's mark into
 * a raw disk. Errors: `UNSUPPORTED` without qemu-img, `INPUT_INVALID` for what it refuses or what leads elsewhere.
 */
export async function qemuInfo(
	file: string,
	format: DiskFormat,
	place: string,
	signal: AbortSignal,
): Promise<{ virtualBytes: number }> {
	const { status, stdout, stderr } = await run(["info", "--output=json", "-f", format, file], infoLimitMs, signal);
	if (status !== 0) throw diskInvalid(place, `QEMU cannot read it as ${format}: ${stderr || `status ${status}`}`);
	let answer: z.infer<typeof infoAnswer>;
	try {
		answer = infoAnswer.parse(JSON.parse(stdout));
	} catch (error) {
		throw new HomerangeError("UNSUPPORTED", "qemu-img described the disk in an unknown way.", {
			place,
			remedy: "Install a qemu-img of version 5 or newer.",
			cause: error,
		});
	}
	const elsewhere =
		answer["full-backing-filename"] ?? answer["backing-filename"] ?? answer["format-specific"]?.data?.["data-file"];
	if (elsewhere !== undefined) throw diskInvalid(place, `it leads to another file, "${elsewhere}"`, flattenRemedy);
	if (answer.encrypted) throw diskInvalid(place, "it is encrypted", "Decrypt it with qemu-img convert first.");
	const virtualBytes = answer["virtual-size"];
	if (virtualBytes <= 0 || virtualBytes > virtualLimit) {
		throw diskInvalid(place, `it says that its disk has ${virtualBytes} bytes`);
	}
	return { virtualBytes };
}

/** Looks for damage inside. Gives a note for what does no harm; formats that have nothing to check give null. */
export async function qemuCheck(
	file: string,
	format: DiskFormat,
	place: string,
	signal: AbortSignal,
): Promise<string | null> {
	if (format === "raw") return null;
	const { status, stdout, stderr } = await run(["check", "-f", format, file], checkLimitMs, signal);
	// 63: this format has no check. 3: clusters that nobody uses, which only waste space.
	if (status === 0 || status === 63) return null;
	if (status === 3) return "It has leaked clusters, which only waste space.";
	throw diskInvalid(place, `QEMU finds it damaged: ${stderr || stdout || `status ${status}`}`);
}

/**
 * Makes one qcow2 of files that stand on each other, the topmost first. What stands on what is told; what the files
 * say themselves is not followed. Errors: `INPUT_INVALID` for what QEMU cannot read, `DISK_FULL`.
 */
export async function qemuFlatten(
	chain: readonly { readonly file: string; readonly format: DiskFormat }[],
	target: string,
	place: string,
	signal: AbortSignal,
): Promise<void> {
	const source = chain.reduceRight<object | null>(
		(backing, { file, format }) => ({
			driver: format,
			file: { driver: "file", filename: file },
			...(format === "qcow2" ? { backing } : {}),
		}),
		null,
	);
	const args = ["convert", "-O", "qcow2", `json:${JSON.stringify(source)}`, target];
	const { status, stderr } = await run(args, flattenLimitMs, signal);
	if (status === 0) return;
	const error = diskInvalid(place, `QEMU cannot make one disk of it: ${stderr || `status ${status}`}`);
	throw asDiskFull(isNoSpace(stderr) ? new Error(stderr) : error, `the disk of ${place} was written`, target);
}

function run(args: string[], limitMs: number, signal: AbortSignal): Promise<Finished> {
	return new Promise((resolve, reject) => {
		const limit = AbortSignal.timeout(limitMs);
		const child = spawn("qemu-img", args, {
			stdio: ["ignore", "pipe", "pipe"],
			env: { PATH: process.env.PATH, LC_ALL: "C" },
			signal: AbortSignal.any([signal, limit]),
			killSignal: "SIGKILL",
		});
		const texts = { stdout: "", stderr: "" };
		const collect = (name: keyof typeof texts) => (chunk: Buffer) => {
			if (texts[name].length < outputLimit) texts[name] += chunk.toString("latin1");
			else child.kill("SIGKILL");
		};
		child.stdout.on("data", collect("stdout"));
		child.stderr.on("data", collect("stderr"));
		child.once("error", (error: NodeJS.ErrnoException) => {
			if (error.code === "ENOENT") reject(noQemuImg(error));
			else if (limit.aborted && !signal.aborted) reject(tooSlow(args[0] ?? "", limitMs));
			else reject(error);
		});
		child.once("close", (status) => {
			resolve({ status, stdout: texts.stdout, stderr: printable(texts.stderr, 500) });
		});
	});
}

function noQemuImg(cause: unknown): HomerangeError {
	return new HomerangeError("UNSUPPORTED", "Disk images are checked with qemu-img, which is not installed.", {
		remedy:
			"Install it (Debian, Ubuntu: apt install qemu-utils; Fedora: dnf install qemu-img; macOS: brew install qemu).",
		cause,
	});
}

function tooSlow(what: string, limitMs: number): HomerangeError {
	return new HomerangeError("TIMEOUT", `qemu-img ${what} did not end within ${limitMs / 1000} s.`, {
		remedy: "Look at what else uses this machine's disk, and try again.",
	});
}
