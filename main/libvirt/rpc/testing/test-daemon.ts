import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { type LibvirtConnection, openLibvirt, ReconnectingLibvirt } from "../index.ts";

/** A daemon that tests may do anything to. */
export interface TestDaemon {
	readonly socketPath: string;
	/** "qemu:///session" for one of our own, "qemu:///system" for one that was brought along. */
	readonly uri: string;
	/** A folder, on the daemon's side, for pools. */
	readonly folder: string;
	stop(): Promise<void>;
}

/** Another daemon than this machine's: scripts/libvirt-versions.mjs brings newer ones along. */
export const broughtAlong = process.env.HOMERANGE_LIBVIRT_SOCKET;

/** It is the daemon of the machines, with others beside it. Such a one does not know libvirt's test driver. */
export const isModular = broughtAlong !== undefined && basename(broughtAlong) === "virtqemud-sock";

export const hasLibvirtd =
	broughtAlong !== undefined || (existsSync("/usr/sbin/libvirtd") && existsSync("/usr/bin/virsh"));

/** The daemon that was brought along, else a private one of this machine's libvirt. */
export async function startTestDaemon(): Promise<TestDaemon> {
	if (!broughtAlong) return PrivateDaemon.start();
	return { socketPath: broughtAlong, uri: "qemu:///system", folder: "/var/tmp", stop: () => Promise.resolve() };
}

export function open(daemon: TestDaemon, uri: string = daemon.uri): Promise<LibvirtConnection> {
	return openLibvirt({ uri, socket: daemon.socketPath });
}

/** Resolves when a daemon lets clients in, however long that takes. */
export async function untilItAnswers(uri: string, socket: string): Promise<void> {
	const libvirt = new ReconnectingLibvirt({ uri, socket, firstDelayMs: 20, longestDelayMs: 100 });
	await new Promise<void>((resolve) => {
		libvirt.onStatus(({ state }) => {
			if (state === "connected") resolve();
		});
		libvirt.start();
	});
	await libvirt.close();
}

/** Ends a daemon's process and waits for its end; nothing when there is none. */
export async function endDaemon(child: ChildProcess | null, signal: NodeJS.Signals): Promise<void> {
	if (child === null || child.exitCode !== null || child.signalCode !== null) return;
	child.kill(signal);
	await once(child, "exit");
}

/** An ordinary user, so that the daemon is one of a session and keeps to its own folders. */
const nobody = { uid: 65_534, gid: 65_534 };

/** A session daemon with a home of its own. */
export class PrivateDaemon implements TestDaemon {
	readonly uri = "qemu:///session";
	readonly folder = mkdtempSync(join(tmpdir(), "lv-"));
	readonly socketPath = join(this.folder, "run/libvirt/libvirt-sock");
	/** What a client of this user has in its environment. */
	readonly env = {
		HOME: join(this.folder, "home"),
		XDG_RUNTIME_DIR: join(this.folder, "run"),
		// Sockets of machines are kept below it, and their paths must be short.
		XDG_CONFIG_HOME: join(this.folder, "c"),
		PATH: process.env.PATH ?? "/usr/bin",
	};
	#process: ChildProcess | null = null;

	private constructor(configuration: string) {
		for (const folder of [this.folder, this.env.HOME, this.env.XDG_RUNTIME_DIR, this.env.XDG_CONFIG_HOME]) {
			mkdirSync(folder, { recursive: true, mode: 0o700 });
			if (isRoot()) chownSync(folder, nobody.uid, nobody.gid);
		}
		writeFileSync(join(this.folder, "libvirtd.conf"), configuration, { mode: 0o644 });
	}

	/** `configuration` are lines of libvirtd.conf. */
	static async start(configuration = ""): Promise<PrivateDaemon> {
		const daemon = new PrivateDaemon(configuration);
		await daemon.launch();
		await daemon.answers();
		return daemon;
	}

	/** Starts the process. It answers a little later. */
	async launch(): Promise<void> {
		const child = spawn("/usr/sbin/libvirtd", ["-f", join(this.folder, "libvirtd.conf")], {
			env: this.env,
			stdio: "ignore",
			...(isRoot() ? nobody : {}),
		});
		await once(child, "spawn");
		this.#process = child;
	}

	/** Waits until it lets clients in. */
	answers(): Promise<void> {
		return untilItAnswers(this.uri, this.socketPath);
	}

	/** Ends the process at once, or politely. Machines that it started go on. */
	async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
		const child = this.#process;
		this.#process = null;
		await endDaemon(child, signal);
	}

	/** Holds the process still, and lets it go on. */
	hold(isHeld: boolean): void {
		this.#process?.kill(isHeld ? "SIGSTOP" : "SIGCONT");
	}

	async stop(): Promise<void> {
		this.hold(false);
		await this.kill("SIGTERM");
		// libvirtd starts a log daemon for the session, which outlives it.
		const pidFile = join(this.env.XDG_RUNTIME_DIR, "libvirt/virtlogd.pid");
		if (existsSync(pidFile)) {
			try {
				process.kill(Number(readFileSync(pidFile, "utf8")));
			} catch (error) {
				if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
			}
		}
		rmSync(this.folder, { recursive: true, force: true });
	}
}

function isRoot(): boolean {
	return process.getuid?.() === 0;
}
