// libvirt's modular daemons for a Debian root. Debian packages only the one daemon for everything, and all that the others
// need: a modular daemon is seven files of Debian's own source, linked with the root's libraries.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { installPackages, missingPackages } from "./packages.mjs";
import { run } from "./run.mjs";
import { alreadyDone, Impossible } from "./steps.mjs";

const limitMs = 20 * 60_000;
const tools = [
	...[
		"gcc",
		"libc6-dev",
		"meson",
		"ninja-build",
		"pkg-config|pkgconf",
		"python3",
		"rpcsvc-proto",
		"xsltproc",
		"xz-utils",
	],
	...["libglib2.0-dev", "libgnutls28-dev", "libjson-c-dev", "libpciaccess-dev", "libtirpc-dev", "libudev-dev"],
	...["libxml2-dev", "libxml2-utils"],
];
const drivers = ["libvirtd", "remote", "qemu", "network", "secrets"].map((name) => `-Ddriver_${name}=enabled`);
const options = [
	...["-Dauto_features=disabled", "-Dsystem=true", "-Drunstatedir=/run", "-Dno_git=true", "-Dbuildtype=plain"],
	...["-Dinit_script=none", "-Djson_c=enabled", "-Dudev=enabled", "-Dpciaccess=enabled", "-Dstorage_dir=enabled"],
	...drivers,
];
const libraries = ["libvirt.so.0", "libvirt-lxc.so.0", "libvirt-qemu.so.0"];
const others = ["gnutls", "gobject-2.0", "glib-2.0", "gio-2.0", "xml2", "tirpc"].map((name) => `-l${name}`);

/**
 * Puts these daemons into the root's /usr/sbin. Gives whether they are there, as the step's value. Their version must be
 * the root's: they share what is private to libvirt.
 */
export async function buildModularDaemons(root, suite, names) {
	if (names.every((name) => existsSync(join(root, "usr/sbin", name)))) {
		return { ...alreadyDone("they are there"), value: true };
	}
	const missing = await missingPackages(tools);
	if (missing.length > 0) await installPackages(missing);
	const folder = `${root}.source`;
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(join(folder, "lists/partial"), { recursive: true });
	const source = await unpackSource(folder, suite);
	if (source === null) {
		rmSync(folder, { recursive: true, force: true });
		return { detail: `not built: no source of libvirt in Debian ${suite} can be downloaded`, value: false };
	}
	const version = source.split("-").at(-1);
	if (!readdirSync(join(root, "usr/lib/x86_64-linux-gnu")).includes(libraryOf(version))) {
		throw new Impossible(
			`the source of libvirt in Debian ${suite} is ${version}, and the unpacked Debian has another version`,
			`Delete ${root} and start again.`,
		);
	}
	const build = join(source, "build");
	await run("meson", ["setup", build, ...options], { cwd: source, limitMs });
	const objects = await objectsOf(build, names);
	const admin = "src/admin/libvirt_admin_driver.a";
	await run("ninja", ["-C", build, admin, ...[...objects.values()].flat()], { limitMs });
	for (const name of names) {
		const words = [
			"-pie",
			...objects.get(name),
			admin,
			...libraries.map((file) => join(root, "usr/lib/x86_64-linux-gnu", file)),
		];
		// The root's libraries are of a newer C library than this machine's.
		const args = [
			"-o",
			`${name}.new`,
			...words,
			"-Wl,--unresolved-symbols=ignore-in-shared-libs",
			"-Wl,--as-needed",
			...others,
		];
		await run("cc", args, { cwd: build, limitMs });
		renameSync(join(build, `${name}.new`), join(root, "usr/sbin", name));
	}
	rmSync(folder, { recursive: true, force: true });
	return { detail: `built of libvirt ${version}`, value: true };
}

/** libvirt's source as Debian has it, by an apt that knows nothing else. Gives its folder; null where the mirror does not hold it. */
async function unpackSource(folder, suite) {
	const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";
	const list = join(folder, "sources.list");
	// The archive that this machine's own packages come from.
	const targets = await run("apt-get", ["indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"], {
		limitMs,
	});
	const archive = targets.stdout.split("\n").find((line) => line.endsWith("/debian/"));
	if (archive === undefined) return null;
	writeFileSync(list, `deb-src [signed-by=${keyring}] ${archive} ${suite} main\n`);
	const settings = [
		`Dir::Etc::SourceList=${list}`,
		"Dir::Etc::SourceParts=-",
		`Dir::State::Lists=${join(folder, "lists")}`,
		`Dir::Cache=${folder}`,
		"APT::Sandbox::User=root",
	].flatMap((setting) => ["-o", setting]);
	await run("apt-get", ["update", "-qq", ...settings], { limitMs });
	const args = ["source", "-qq", "--download-only", "--tar-only", ...settings, "libvirt"];
	await run("apt-get", args, { cwd: folder, limitMs, allowFailure: true });
	const [source] = readdirSync(folder).filter((name) => /^libvirt_.*\.orig\.tar\./.test(name));
	if (!source) return null;
	await run("tar", ["-C", folder, "-xf", join(folder, source)], { limitMs });
	return join(folder, source.replace(/^libvirt_(.*)\.orig\.tar\..*$/, "libvirt-$1"));
}

/** "libvirt.so.0.11003.0" of "11.3.0". */
function libraryOf(version) {
	const [major, minor, patch] = version.split(".").map(Number);
	return `libvirt.so.0.${major * 1000 + minor}.${patch}`;
}

/** The object files of each program, a map by its name. */
async function objectsOf(build, names) {
	const targets = await run("ninja", ["-C", build, "-t", "targets", "all"], { limitMs });
	const files = targets.stdout.split("\n").map((line) => line.split(":")[0]);
	return new Map(
		names.map((name) => [name, files.filter((file) => file.startsWith(`src/${name}.p/`) && file.endsWith(".o"))]),
	);
}
