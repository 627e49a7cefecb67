import { HomerangeError } from "../../contract/errors.ts";
import type { DockerEngine } from "../docker/engine.ts";
import { openExec, runExec } from "../docker/exec.ts";
import { limited } from "../docker/limits.ts";
import type { Dind } from "./dind.ts";
import { runHostHelper } from "./host-helper.ts";

/** An interface of the engine's host that becomes a port of a range's bridge. */
export interface PluggedInterface {
	readonly name: string;
	readonly bridge: string;
}

const limitMs = 60_000;
const interfacePattern = /^[a-z][a-z0-9_.-]{0,14}$/;

/** Stays in the namespace until its input ends, and says that it is there. */
const holdScript = "echo here; exec cat";

/**
 * Arguments: the process whose namespace they go to, then the interfaces. busybox names the namespace to the kernel by
 * the process; newer iproute2 opens the process' files for it, which takes the right to trace it.
 */
const moveScript = `
pid=$1; shift
if command -v busybox >/dev/null; then ip() { busybox ip "$@"; }; fi
for name in "$@"; do
  ip link show dev "$name" >/dev/null 2>&1 || { echo "no interface $name" >&2; exit 66; }
  ip link set "$name" netns "$pid" || exit 1
done`;

/** Arguments: pairs of an interface and its bridge. IPv6 is off: the port itself is no one to talk to. */
const joinScript = `
set -eu
while [ $# -ge 2 ]; do
  echo 1 >"/proc/sys/net/ipv6/conf/$1/disable_ipv6" 2>/dev/null || true
  ip link set dev "$1" master "$2"
  ip link set dev "$1" up
  shift 2
done`;

/** Exit code of the helper when the host has no such interface. */
const isAbsent = 66;

/**
 * Moves interfaces of the engine's host into the range's network namespace, each as a port of one of its bridges.
 * A tap of a virtual machine keeps working: its program holds it by a file, wherever the interface is. It ends with
 * that program, or with the namespace, so there is nothing to clean up.
 *
 * Errors: `UNSUPPORTED` when the engine's host does not have an interface, which is another machine's then.
 */
export async function plugInterfaces(
	host: DockerEngine,
	dind: Pick<Dind, "container" | "enterNetns" | "image">,
	interfaces: readonly PluggedInterface[],
	signal?: AbortSignal,
): Promise<void> {
	for (const { name, bridge } of interfaces) checked(name, bridge);
	const limit = limited(limitMs, signal);
	// The namespace may be one that only its own user can enter. A process in it is a name for it that needs no right.
	const holder = await openExec(
		host,
		dind.container,
		{ command: dind.enterNetns(["sh", "-c", holdScript]), killable: false },
		limit,
	);
	try {
		holder.stderr.resume();
		await firstOutput(holder.stream, limit);
		const pid = await holder.hostPid();
		if (pid === null) throw refused(dind.container, "the engine does not say which process is in the range");
		await move(host, dind.image, pid, interfaces, limit);
	} finally {
		holder.stream.end();
		holder.stream.resume();
	}
	const pairs = interfaces.flatMap(({ name, bridge }) => [name, bridge]);
	const command = dind.enterNetns(["sh", "-c", joinScript, "homerange-plug", ...pairs]);
	const { exitCode, stderr } = await runExec(host, dind.container, { command, limitMs: 30_000 }, limit);
	if (exitCode !== 0) throw refused(dind.container, stderr);
}

/** Which of these interfaces the range's namespace has now. */
export async function pluggedInterfaces(
	host: DockerEngine,
	dind: Pick<Dind, "container" | "enterNetns">,
	names: readonly string[],
	signal?: AbortSignal,
): Promise<string[]> {
	for (const name of names) checked(name);
	const script = 'for name in "$@"; do ip link show dev "$name" >/dev/null 2>&1 && echo "$name"; done; true';
	const command = dind.enterNetns(["sh", "-c", script, "homerange-plug", ...names]);
	const { stdout } = await runExec(host, dind.container, { command, limitMs: 30_000 }, signal);
	return stdout.split("\n").filter((name) => names.includes(name));
}

async function move(
	host: DockerEngine,
	image: string,
	pid: number,
	interfaces: readonly PluggedInterface[],
	signal: AbortSignal,
): Promise<void> {
	const request = {
		image,
		script: moveScript,
		arguments: [String(pid), ...interfaces.map(({ name }) => name)],
		mayPlug: true,
	};
	const { exitCode, output } = await runHostHelper(host, request, signal);
	if (exitCode === 0) return;
	if (exitCode !== isAbsent) throw refused(host.label, output);
	throw new HomerangeError("UNSUPPORTED", "The machine that runs Docker does not have the interface of the VM.", {
		place: host.label,
		remedy: "VMs of a range need libvirt's system daemon on the very machine that runs the Docker Engine.",
		detail: output,
	});
}

function refused(place: string, detail: string): HomerangeError {
	return new HomerangeError("ENGINE_REFUSED", "The VM could not be plugged into the networks of its range.", {
		place,
		detail: detail.trim().slice(0, 2000),
	});
}

async function firstOutput(stream: NodeJS.ReadableStream, signal: AbortSignal): Promise<void> {
	const { promise, resolve, reject } = Promise.withResolvers<void>();
	const onAbort = () => reject(signal.reason);
	stream.once("data", () => resolve());
	stream.once("close", () => reject(new Error("the namespace of the range could not be entered")));
	signal.addEventListener("abort", onAbort, { once: true });
	try {
		signal.throwIfAborted();
		await promise;
	} finally {
		signal.removeEventListener("abort", onAbort);
	}
}

function checked(...names: string[]): void {
	for (const name of names) {
		if (interfacePattern.test(name)) continue;
		throw new HomerangeError("INPUT_INVALID", `"${name.slice(0, 32)}" cannot be the name of a network interface.`);
	}
}
