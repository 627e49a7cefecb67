// The test bed: a Docker Engine, and on request libvirt, on a machine where no init system starts them.
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { cachePath, readJson, writeJson } from "./cache.mjs";
import { capabilityFittingRuntime, missingCapabilities } from "./capabilities.mjs";
import { askVersion, defaultSocket } from "./docker.mjs";
import { mountsOfEngine } from "./mounts.mjs";
import { installPackages, missingPackages } from "./packages.mjs";
import { isRoot } from "./privilege.mjs";
import { run } from "./run.mjs";
import { isAlive, socketAnswers, startService, stopService, waitUntilReady } from "./service.mjs";
import { alreadyDone, Impossible } from "./steps.mjs";

/** What the Docker part of the bed needs; docker-cli is a package of its own from Debian 13 on. */
export const dockerPackages = ["docker.io", "iptables", "iproute2", "ca-certificates"];
/** libxml2-utils is what virt-xml-validate checks with; the rest are firmware, TPM and a second architecture for guests. */
export const libvirtPackages = [
	...["qemu-system-x86", "qemu-utils", "libvirt-daemon-system", "libvirt-clients", "libxml2-utils"],
	...["ovmf", "swtpm", "swtpm-tools", "qemu-system-arm", "qemu-efi-aarch64"],
];

/** What a bed can start; libvirt's two are one thing to whoever asks for it. */
export const dockerServices = ["dockerd"];
export const libvirtServices = ["virtlogd", "libvirtd"];
const bedServices = [...dockerServices, ...libvirtServices];

const libvirtSocket = "/var/run/libvirt/libvirt-sock";
const virtqemudSocket = "/var/run/libvirt/virtqemud-sock";
const virtlogSocket = "/var/run/libvirt/virtlogd-sock";

/** Where a bed lives. Another state folder, socket and data root make a second bed that knows nothing of the first. */
export function bedAt({ state, socket, dataRoot } = {}) {
	const folder = state ?? cachePath("testbed");
	return {
		folder,
		record: join(folder, "testbed.json"),
		socket: socket ?? defaultSocket,
		dataRoot: dataRoot ?? "/var/lib/docker",
		// dockerd's own default is shared by every dockerd of the machine; a bed of one's own needs its own.
		execRoot: state ? join(folder, "exec") : "/var/run/docker",
		pidFile: join(folder, "dockerd.pid"),
	};
}

/** Starts dockerd unless an engine answers on the socket. */
export async function bringUpDocker(bed, extraArguments = []) {
	const answering = await askVersion(`unix://${bed.socket}`);
	if (answering.version) return alreadyDone(`Docker ${answering.version} answers on ${bed.socket}`);
	if (!answering.isAbsent) {
		throw new Impossible(
			`somebody listens on ${bed.socket} and gives no answer: ${answering.problem}`,
			"Wait until that engine answers, or end it, then start again.",
		);
	}
	requireRoot(
		"no Docker Engine answers",
		"Start Docker as your system does (for example: sudo systemctl start docker)",
	);
	mkdirSync(bed.folder, { recursive: true });
	mkdirSync(dirname(bed.socket), { recursive: true });
	if (recordedDockerd(bed)) await endDockerd(bed);
	const missing = missingCapabilities();
	const service = await startService("dockerd", "dockerd", [...dockerdArguments(bed, missing), ...extraArguments], {
		logFile: join(bed.folder, "dockerd.log"),
	});
	// Recorded before it is ready: a script that is ended meanwhile must not leave a daemon that nobody knows.
	remember(bed, service);
	let version;
	await waitUntilReady(service, async () => {
		version = (await askVersion(`unix://${bed.socket}`)).version;
		return version !== undefined;
	});
	const fitted = missing.length > 0 ? `, runtime fitted to a machine without ${missing.join(", ")}` : "";
	return { detail: `Docker ${version} on ${bed.socket}${fitted}`, value: { started: true } };
}

function dockerdArguments(bed, missing) {
	const args = ["--host", `unix://${bed.socket}`, "--pidfile", bed.pidFile, "--storage-driver", "overlay2"];
	args.push("--data-root", bed.dataRoot, "--exec-root", bed.execRoot);
	if (missing.length === 0) return args;
	const runtime = join(bed.folder, "capfit");
	writeFileSync(runtime, capabilityFittingRuntime(missing));
	chmodSync(runtime, 0o755);
	return [...args, "--add-runtime", `capfit=${runtime}`, "--default-runtime", "capfit"];
}

/** Whether a system-wide libvirt daemon answers: the one for everything, or the one for QEMU. */
async function libvirtAnswers() {
	return (await socketAnswers(libvirtSocket)) || (await socketAnswers(virtqemudSocket));
}

/** Installs libvirt and QEMU when missing, and starts virtlogd and libvirtd unless a libvirtd answers. */
export async function bringUpLibvirt(bed) {
	if (await libvirtAnswers()) return alreadyDone("a libvirt daemon answers");
	const missing = await missingPackages(libvirtPackages);
	if (missing.length > 0) await installPackages(missing);
	if (await libvirtAnswers()) return `started by the system after the installation`;
	requireRoot("no libvirtd answers", "Start libvirt as your system does (for example: sudo systemctl start libvirtd)");
	mkdirSync(bed.folder, { recursive: true });
	for (const [name, socket] of [
		["virtlogd", virtlogSocket],
		["libvirtd", libvirtSocket],
	]) {
		if (await socketAnswers(socket)) continue;
		const args = ["--pid-file", join(bed.folder, `${name}.pid`)];
		const service = await startService(name, name, args, { logFile: join(bed.folder, `${name}.log`) });
		remember(bed, service);
		await waitUntilReady(service, () => socketAnswers(socket));
	}
	const version = await run("virsh", ["-c", "qemu:///system", "version", "--daemon"], { limitMs: 20_000 });
	return { detail: /Running hypervisor: (.+)/.exec(version.stdout)?.[1] ?? "answers", value: { started: true } };
}

/**
 * Ends what this bed started, in reverse order, and removes its mounts, sockets and pid files. `names` leaves the other
 * services alone.
 */
export async function bringDown(bed, names = bedServices) {
	const recorded = recordedServices(bed).filter((service) => names.includes(service.name));
	if (recorded.length === 0) return alreadyDone("this bed started nothing");
	const dockerd = recorded.find((service) => service.name === "dockerd");
	// A dockerd that was killed has left its containers running. Only a new one knows how to end them.
	if (dockerd && !isAlive(dockerd)) await bringUpDocker(bed);
	const reports = [];
	for (const service of recordedServices(bed).toReversed()) {
		if (!names.includes(service.name)) continue;
		const outcome = service.name === "dockerd" ? await endDockerd(bed) : await stopService(service);
		reports.push(`${service.name} ${outcome}`);
	}
	const others = recordedServices(bed).filter((service) => !names.includes(service.name));
	if (others.length > 0) writeJson(bed.record, { services: others });
	else rmSync(bed.record, { force: true });
	return reports.join(", ");
}

/** What runs, and which of it this bed started. */
export async function bedStatus(bed) {
	const services = recordedServices(bed);
	const pidOf = (name) => services.find((service) => service.name === name && isAlive(service))?.pid ?? null;
	const engine = await askVersion(`unix://${bed.socket}`);
	return {
		docker: {
			socket: `unix://${bed.socket}`,
			running: engine.version !== undefined,
			version: engine.version ?? null,
			problem: engine.problem ?? null,
			pid: pidOf("dockerd"),
			startedByBed: pidOf("dockerd") !== null,
		},
		libvirt: {
			socket: libvirtSocket,
			running: await socketAnswers(libvirtSocket),
			pid: pidOf("libvirtd"),
			startedByBed: pidOf("libvirtd") !== null,
		},
		missingCapabilities: missingCapabilities(),
		folder: bed.folder,
	};
}

function recordedServices(bed) {
	return readJson(bed.record)?.services ?? [];
}

function remember(bed, service) {
	const others = recordedServices(bed).filter((other) => isAlive(other));
	writeJson(bed.record, { services: [...others, service] });
}

function recordedDockerd(bed) {
	return recordedServices(bed).find((service) => service.name === "dockerd");
}

/**
 * Ends this bed's own dockerd, dead or alive, and what a killed one leaves: its socket, its pid files, its containers'
 * mounts. Only ever called for a recorded one: another dockerd's mounts must not be touched.
 */
async function endDockerd(bed) {
	const outcome = await stopService(recordedDockerd(bed));
	const mounts = mountsOfEngine(readFileSync("/proc/self/mountinfo", "utf8"), bed);
	for (const path of mounts.toReversed()) await run("umount", ["--lazy", path], { cleanup: true });
	for (const file of [bed.pidFile, bed.socket, join(bed.execRoot, "containerd", "containerd.pid")]) {
		rmSync(file, { force: true });
	}
	return outcome;
}

function requireRoot(what, remedy) {
	if (isRoot) return;
	throw new Impossible(
		`${what}, and without an init system only root can start one`,
		`${remedy}, or run this as root.`,
	);
}
