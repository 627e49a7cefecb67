// libvirt of a Debian root in namespaces of its own: its daemons see their own Debian, this machine's devices, and no network of
// this machine. Only their sockets are outside.
import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cachePath } from "./cache.mjs";
import { socketAnswers, startService, stopService, waitUntilReady } from "./service.mjs";

export const libvirtPackages = [
	...["libvirt-daemon-system", "libvirt-daemon-driver-qemu", "libvirt-daemon-config-network", "libvirt-clients"],
	...["qemu-system-x86", "qemu-utils", "seabios"],
];

/** What the packages' own scripts would make: libvirt looks these up when it starts. */
export const libvirtAccounts = [
	["libvirt", 64_057],
	["libvirt-qemu", 64_055],
	["kvm", 64_056],
	["swtpm", 64_058],
];

/** The one daemon for everything, and the daemons per kind of object, by their sockets. */
export const monolithic = { libvirtd: "libvirt-sock" };
export const modular = {
	virtqemud: "virtqemud-sock",
	virtnetworkd: "virtnetworkd-sock",
	virtstoraged: "virtstoraged-sock",
	virtnodedevd: "virtnodedevd-sock",
};

/** Nothing here shall need another daemon, a user of its own, or a right that a container does not have. */
const qemuConfiguration = [
	...['user = "root"', 'group = "root"', "dynamic_ownership = 0", "remember_owner = 0"],
	...['stdio_handler = "file"', 'security_driver = "none"', "namespaces = []", "cgroup_controllers = []"],
];

/** $1 the root, $2 the folder for the sockets, then the daemons. When one ends, all of them end with the namespace. */
const serve = `
set -e
root=$1 sockets=$2
shift 2
mount --make-rprivate /
mount --rbind /dev "$root/dev"
mount --rbind /sys "$root/sys"
mount -t proc proc "$root/proc"
mount -t tmpfs run "$root/run"
mount -t tmpfs tmp "$root/var/tmp"
mkdir "$root/run/libvirt"
mount --bind "$sockets" "$root/run/libvirt"
ip link set lo up
for daemon in "$@"; do
	chroot "$root" "/usr/sbin/$daemon" &
done
wait -n
`;

/** What stands between unpacked packages and a libvirt that runs. */
export function finishLibvirtRoot(root) {
	for (const name of ["iptables", "ip6tables", "ebtables"]) {
		const path = join(root, "usr/sbin", name);
		if (!existsSync(path)) symlinkSync("xtables-nft-multi", path);
	}
	writeFileSync(join(root, "etc/libvirt/qemu.conf"), `${qemuConfiguration.join("\n")}\n`);
}

/** Starts daemons and waits for their sockets. Gives { folder, stop }. */
export async function startDaemons(root, daemons) {
	const folder = `${root}-run`;
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(folder);
	const args = ["--mount", "--net", "--pid", "--fork", "--kill-child", "bash", "-c", serve, "bash", root, folder];
	const service = await startService("libvirt", "unshare", [...args, ...Object.keys(daemons)], {
		logFile: `${root}.log`,
	});
	const stop = async () => {
		// unshare waits for its child deaf to SIGTERM, and takes the whole namespace with it when it is killed.
		await stopService(service, 0);
		rmSync(folder, { recursive: true, force: true });
	};
	try {
		for (const socket of Object.values(daemons)) {
			await waitUntilReady(service, () => socketAnswers(join(folder, socket)));
		}
		return { folder, stop };
	} catch (error) {
		await stop();
		throw error;
	}
}

/** A program that is the root's own virsh, with the root's own libraries: the oracle that is as new as the daemon. */
export function virshOf(root) {
	const loader = join(root, "usr/lib64/ld-linux-x86-64.so.2");
	const libraries = join(root, "usr/lib/x86_64-linux-gnu");
	const file = cachePath("libvirt", `${root.split("/").at(-1)}-virsh`);
	const words = [loader, "--library-path", libraries, join(root, "usr/bin/virsh")];
	const quoted = words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
	writeFileSync(file, `#!/bin/sh\nexec ${quoted} "$@"\n`);
	chmodSync(file, 0o755);
	return file;
}
