// The test guest: a disk image of a few MB that boots in seconds without KVM. Debian's cloud kernel, busybox, and the
// real guest agent, started by syslinux from a FAT partition that is also the guest's persistent place.
import {
	chmodSync,
	closeSync,
	copyFileSync,
	cpSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	openSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	truncateSync,
	writeFileSync,
	writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { cacheFolder, cachePath, hashInputs, readJson, repository, writeJson } from "./cache.mjs";
import { hasApt } from "./packages.mjs";
import { runAsRoot } from "./privilege.mjs";
import { run } from "./run.mjs";
import { alreadyDone, Impossible } from "./steps.mjs";

/** What building it needs on this machine beside QEMU, and isoinfo, which tests of its seeds ask. */
export const guestPackages = ["syslinux", "syslinux-common", "mtools", "cpio", "genisoimage"];

const recipeFolder = join(repository, "scripts", "guest");
const kernelPackage = "linux-image-cloud-amd64";
const mib = 1024 * 1024;
const diskBytes = 128 * mib;
const partitionStart = mib;

/** Where the disk is: HOMERANGE_GUEST_DISK, or the cache. */
export function guestDisk() {
	return process.env.HOMERANGE_GUEST_DISK || cachePath("guest", "disk.qcow2");
}

/** Makes the disk unless it is there and made by this recipe. */
export async function makeGuest() {
	if (process.env.HOMERANGE_GUEST_DISK) return alreadyDone(`HOMERANGE_GUEST_DISK is ${guestDisk()}`);
	const recipe = hashInputs([recipeFolder, join(repository, "scripts", "lib", "guest.mjs")]);
	const stamp = cachePath("guest", "disk.json");
	if (existsSync(guestDisk()) && readJson(stamp)?.recipe === recipe) return alreadyDone("made by this recipe");
	if (!hasApt || process.arch !== "x64") {
		throw new Impossible(
			"the test guest is made of packages of Debian for x86_64, and this system has none",
			"Put a qcow2 disk that behaves like scripts/guest into HOMERANGE_GUEST_DISK, or leave out the tests of VMs.",
		);
	}
	const work = mkdtempSync(join(tmpdir(), "homerange-guest-"));
	try {
		const kernel = await unpackPackages(work);
		await makeInitramfs(work, kernel);
		await makeDisk(work, kernel);
		const draft = join(cacheFolder("guest"), `disk.${process.pid}`);
		copyFileSync(join(work, "disk.qcow2"), draft);
		renameSync(draft, guestDisk());
		writeJson(stamp, { recipe, kernel });
		return `${(statSync(guestDisk()).size / mib).toFixed(1)} MiB, Linux ${kernel}`;
	} finally {
		rmSync(work, { recursive: true });
	}
}

/** Downloads the packages and unpacks them into work/unpacked. Gives the kernel's version. */
async function unpackPackages(work) {
	const downloads = join(work, "downloads");
	const unpacked = join(work, "unpacked");
	mkdirSync(downloads);
	const wanted = async () => ["busybox-static", "qemu-guest-agent", await currentKernelPackage()];
	const first = await run("apt-get", ["download", "-qq", ...(await wanted())], { cwd: downloads, allowFailure: true });
	if (first.code !== 0) {
		// The lists may be older than what the mirror still has.
		await runAsRoot("apt-get", ["update", "-qq"]);
		await run("apt-get", ["download", "-qq", ...(await wanted())], { cwd: downloads });
	}
	for (const name of readdirSync(downloads)) await run("dpkg-deb", ["-x", join(downloads, name), unpacked]);
	const image = readdirSync(join(unpacked, "boot")).find((name) => name.startsWith("vmlinuz-"));
	return image.slice("vmlinuz-".length);
}

/** The package's name holds the version, so another one depends on the newest. */
async function currentKernelPackage() {
	const answer = await run("apt-cache", ["depends", kernelPackage], { allowFailure: true });
	const name = /Depends: (linux-image-\S+)/.exec(answer.stdout)?.[1];
	if (name) return name;
	throw new Impossible(`no package source knows ${kernelPackage}`, "Use a Debian system, or set HOMERANGE_GUEST_DISK.");
}

async function makeInitramfs(work, kernel) {
	const unpacked = join(work, "unpacked");
	const root = join(work, "root");
	cpSync(join(recipeFolder, "root"), root, { recursive: true });
	for (const folder of ["bin", "dev", "proc", "sys", "tmp", "var", "www"]) mkdirSync(join(root, folder));
	const busybox = join(root, "bin", "busybox");
	copyFileSync(firstOf(join(unpacked, "bin", "busybox"), join(unpacked, "usr", "bin", "busybox")), busybox);
	chmodSync(busybox, 0o755);
	const { stdout } = await run(busybox, ["--list"]);
	for (const name of stdout.split("\n").filter((name) => name && name !== "busybox")) {
		await run("ln", ["-s", "busybox", join(root, "bin", name)]);
	}
	await run("ln", ["-s", "bin/busybox", join(root, "init")]);
	await copyWithLibraries(join(unpacked, "usr", "sbin", "qemu-ga"), root);
	await copyModules(join(unpacked, "lib", "modules", kernel), root, busybox, unpacked, kernel);
	const archive = join(work, "initrd.cpio");
	const pack = 'cd "$1" && find . | LC_ALL=C sort | cpio --quiet --reproducible -o -H newc -R 0:0 > "$2"';
	await run("sh", ["-c", pack, "sh", root, archive]);
	writeFileSync(join(work, "initrd"), gzipSync(readFileSync(archive), { level: 9 }));
}

/** A program of a package with the libraries of this system, which QEMU's packages have brought. */
async function copyWithLibraries(program, root) {
	copyFileSync(program, join(root, "bin", basename(program)));
	const { stdout } = await run("ldd", [program]);
	const missing = /(\S+) => not found/.exec(stdout)?.[1];
	if (missing) throw new Impossible(`the guest agent needs ${missing}`, "Install qemu-utils and start again.");
	for (const [, path] of stdout.matchAll(/(\/\S+) \(0x/g)) {
		mkdirSync(join(root, dirname(path)), { recursive: true });
		copyFileSync(path, join(root, path));
		chmodSync(join(root, path), 0o755);
	}
}

/** The wanted modules and what they need, with the table that modprobe reads. */
async function copyModules(source, root, busybox, unpacked, kernel) {
	const wanted = readFileSync(join(recipeFolder, "modules"), "utf8").split("\n").filter(Boolean);
	writeFileSync(join(root, "etc", "modules"), `${wanted.join("\n")}\n`);
	await run(busybox, ["depmod", "-b", unpacked, kernel]);
	const needs = new Map();
	for (const line of readFileSync(join(source, "modules.dep"), "utf8").split("\n")) {
		const [path, others] = line.split(":");
		if (path) needs.set(basename(path, ".ko"), { path, others: (others ?? "").split(" ").filter(Boolean) });
	}
	const table = [];
	for (const name of wanted) {
		const entry = needs.get(name);
		if (!entry) throw new Error(`The kernel ${kernel} has no module ${name}`);
		for (const path of [entry.path, ...entry.others]) {
			const target = join(root, "lib", "modules", kernel, path);
			mkdirSync(dirname(target), { recursive: true });
			copyFileSync(join(source, path), target);
			const { others } = needs.get(basename(path, ".ko"));
			table.push(`${path}:${others.map((other) => ` ${other}`).join("")}`);
		}
	}
	writeFileSync(join(root, "lib", "modules", kernel, "modules.dep"), `${[...new Set(table)].join("\n")}\n`);
}

/** One FAT partition, marked active, with syslinux's loader. mtools write into the file: nothing is mounted. */
async function makeDisk(work, kernel) {
	const disk = join(work, "disk.raw");
	writeFileSync(disk, "");
	truncateSync(disk, diskBytes);
	const file = openSync(disk, "r+");
	writeSync(file, masterBootRecord(), 0, 512, 0);
	closeSync(file);
	const partition = `${disk}@@${partitionStart}`;
	const sectors = String((diskBytes - partitionStart) / 512);
	await run("mformat", [
		"-i",
		partition,
		"-T",
		sectors,
		"-h",
		"64",
		"-s",
		"32",
		"-H",
		"2048",
		"-v",
		"GUEST",
		"-N",
		"20260101",
		"::",
	]);
	const files = [
		[join(work, "unpacked", "boot", `vmlinuz-${kernel}`), "vmlinuz"],
		[join(work, "initrd"), "initrd"],
		[join(recipeFolder, "syslinux.cfg"), "syslinux.cfg"],
	];
	for (const [source, name] of files) await run("mcopy", ["-i", partition, source, `::${name}`]);
	await run("syslinux", ["--install", "--offset", String(partitionStart), disk]);
	await run("qemu-img", ["convert", "-f", "raw", "-O", "qcow2", disk, join(work, "disk.qcow2")]);
}

/** syslinux's boot code and one active FAT16 (LBA) partition to the end of the disk. */
function masterBootRecord() {
	const record = Buffer.alloc(512);
	readFileSync("/usr/lib/syslinux/mbr/mbr.bin").copy(record, 0, 0, 440);
	const entry = record.subarray(446, 462);
	entry[0] = 0x80;
	entry[4] = 0x0e;
	// Cylinders, heads and sectors stay at their maximum: every reader takes the LBA fields then.
	entry.fill(0xff, 1, 4).fill(0xff, 5, 8);
	entry[4] = 0x0e;
	entry.writeUInt32LE(partitionStart / 512, 8);
	entry.writeUInt32LE((diskBytes - partitionStart) / 512, 12);
	record.writeUInt16LE(0xaa55, 510);
	return record;
}

function firstOf(...paths) {
	const found = paths.find((path) => existsSync(path));
	if (!found) throw new Error(`None of these exists: ${paths.join(", ")}`);
	return found;
}
