import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { endDaemon, untilItAnswers } from "../rpc/testing/test-daemon.ts";

/** What a system daemon keeps, each in the test's own folder. Disks stay where the daemon and QEMU look for them. */
const kept = ["run/libvirt", "etc/libvirt", "var/lib/libvirt/qemu", "var/cache/libvirt", "var/log/libvirt"];
const serve = `
set -e
mount --make-rprivate /
own=$1
shift
for folder; do mkdir -p "/$folder"; mount --bind "$own/$folder" "/$folder"; done
exec /usr/sbin/libvirtd -f "$own/libvirtd.conf" -p "$own/libvirtd.pid"
`;
/** No log daemon of another one's, and no right that a container does not have. */
const qemuConfiguration = `
stdio_handler = "file"
security_driver = "none"
user = "root"
group = "root"
cgroup_controllers = []
`;

/**
 * A daemon of the whole machine beside the real one, which a test may kill while machines run: it sees its own folders
 * in place of the real one's, and the machine's network as it is. Needs root.
 */
export class OwnSystemDaemon {
	readonly #folder = mkdtempSync(join(tmpdir(), "lv-system-"));
	#process: ChildProcess | null = null;

	readonly socketPath = join(this.#folder, "run/libvirt/libvirt-sock");
	/** For the settings. */
	readonly uri = `qemu+unix:///system?socket=${this.socketPath}`;

	static async start(): Promise<OwnSystemDaemon> {
		const daemon = new OwnSystemDaemon();
		for (const folder of kept) mkdirSync(join(daemon.#folder, folder), { recursive: true });
		writeFileSync(join(daemon.#folder, "etc/libvirt/qemu.conf"), qemuConfiguration);
		writeFileSync(join(daemon.#folder, "libvirtd.conf"), 'auth_unix_rw = "none"\n');
		await daemon.launch();
		return daemon;
	}

	/** Starts the process, and waits until it lets clients in. */
	async launch(): Promise<void> {
		// It ends with the test's process, whatever that dies of.
		const inOwnMounts = ["--pdeathsig", "KILL", "unshare", "--mount", "sh", "-c", serve, "sh"];
		const child = spawn("setpriv", [...inOwnMounts, this.#folder, ...kept], { stdio: "ignore" });
		await once(child, "spawn");
		this.#process = child;
		const { promise, reject } = Promise.withResolvers<never>();
		child.once("exit", (code) => reject(new Error(`libvirtd ended at its start, with status ${code}`)));
		// Looked at as long as the start is waited for; its end is expected later.
		promise.catch(() => undefined);
		await Promise.race([promise, untilItAnswers("qemu:///system", this.socketPath)]);
	}

	/** Ends the process at once, or politely. Machines that it started go on. */
	async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
		const child = this.#process;
		this.#process = null;
		await endDaemon(child, signal);
	}

	/** For the end of a test that removed its machines. */
	async stop(): Promise<void> {
		await this.kill("SIGTERM");
		rmSync(this.#folder, { recursive: true, force: true });
	}
}
