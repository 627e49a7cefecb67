import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** libvirt's own client on the system's daemon: the oracle of these tests. Gives what it prints. */
export async function virsh(...args: readonly string[]): Promise<string> {
	const { stdout } = await run("virsh", ["-q", "-c", "qemu:///system", ...args], { timeout: 60_000 });
	return stdout;
}

/** A name that no other test uses. */
export function uniqueName(what: string): string {
	return `hr-domains-${what}-${randomBytes(4).toString("hex")}`;
}

/** A folder for XML that virsh and virt-xml-validate read from files. */
export class XmlFiles implements AsyncDisposable {
	readonly #folder: string;

	private constructor(folder: string) {
		this.#folder = folder;
	}

	static async make(): Promise<XmlFiles> {
		const folder = await mkdtemp(join(tmpdir(), "hr-domains-"));
		// QEMU runs as another user and opens media from here.
		await chmod(folder, 0o755);
		return new XmlFiles(folder);
	}

	async write(xml: string): Promise<string> {
		const file = join(this.#folder, `${randomBytes(6).toString("hex")}.xml`);
		await writeFile(file, xml);
		return file;
	}

	/** Checks against libvirt's schema of that name. Throws what it found. */
	async validate(xml: string, schema: string): Promise<void> {
		await run("virt-xml-validate", [await this.write(xml), schema], { timeout: 60_000 });
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await rm(this.#folder, { recursive: true, force: true });
	}
}

/** Defines a domain with libvirt's own validation; it is undefined, with its NVRAM and logs, when the scope ends. */
export async function defined(files: XmlFiles, xml: string, name: string): Promise<AsyncDisposable> {
	await virsh("define", "--validate", await files.write(xml));
	return {
		[Symbol.asyncDispose]: async () => {
			await virsh("undefine", "--nvram", "--domain", name);
			// libvirt keeps the logs of domains that are gone. Whoever may not remove them does not see them either.
			if (process.getuid?.() !== 0) return;
			for (const log of [`libvirt/qemu/${name}.log`, `swtpm/libvirt/qemu/${name}-swtpm.log`]) {
				await rm(join("/var/log", log), { force: true });
			}
		},
	};
}
