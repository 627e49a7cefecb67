// Debian roots for tests, in the cache folder: packages only unpacked, none of their scripts run. That takes a minute in place of
// ten, and whoever uses a root makes the little that a script would have made.
import {
	appendFileSync,
	copyFileSync,
	existsSync,
	mkdirSync,
	readdirSync,
	renameSync,
	rmSync,
	symlinkSync,
} from "node:fs";
import { join } from "node:path";
import { cacheFolder, readJson, writeJson } from "./cache.mjs";
import { installPackages, missingPackages } from "./packages.mjs";
import { run } from "./run.mjs";
import { alreadyDone } from "./steps.mjs";

const minute = 60_000;

/**
 * debootstrap mounts /proc below its folder; in a mount namespace of its own nothing of that stays. A Debian newer than
 * this machine's debootstrap is downloaded by the script of the rolling suite.
 */
const download = `
mount --make-rprivate /
script=/usr/share/debootstrap/scripts/$2
[ -e "$script" ] || script=/usr/share/debootstrap/scripts/sid
exec debootstrap --download-only --variant=minbase --include="$1" "$2" "$3" "" "$script"
`;

/** $1 the packages, $2 the root, whose /bin, /lib and so on are links into /usr, as in every installed Debian. */
const unpack = `
set -euo pipefail
for name in bin sbin lib lib64; do
	mkdir -p "$2/usr/$name"
	ln -s "usr/$name" "$2/$name"
done
for package in "$1"/*.deb; do
	dpkg-deb --fsys-tarfile "$package" | tar -C "$2" --keep-directory-symlink -xf -
done
`;

/**
 * Makes the root `name`, or leaves it as it is when it was made of the same recipe: { suite, packages, accounts (name and
 * number, for a user and its group) }. A rolling suite stays as it was on that day; delete the folder to have a newer one.
 * `finish` gets the folder before it is in place. Gives { path } as the step's value.
 */
export async function debianRoot(name, recipe, finish) {
	const path = join(cacheFolder("libvirt"), name);
	const stamp = `${path}.json`;
	if (existsSync(path) && JSON.stringify(readJson(stamp)) === JSON.stringify(recipe)) {
		return { ...alreadyDone(path), value: path };
	}
	const missing = await missingPackages(["debootstrap"]);
	if (missing.length > 0) await installPackages(missing);
	const downloads = `${path}.packages`;
	const part = `${path}.part`;
	for (const folder of [downloads, part]) {
		rmSync(folder, { recursive: true, force: true });
		mkdirSync(folder, { recursive: true });
	}
	const { suite, packages, accounts } = recipe;
	const args = ["--mount", "sh", "-c", download, "sh", packages.join(","), suite, downloads];
	await run("unshare", args, { limitMs: 30 * minute });
	const archives = join(downloads, "var/cache/apt/archives");
	const count = readdirSync(archives).filter((file) => file.endsWith(".deb")).length;
	await run("bash", ["-c", unpack, "bash", archives, part], { limitMs: 15 * minute });
	// Debian's libvirt still says /var/run, which base-files' script makes a link.
	rmSync(join(part, "var/run"), { recursive: true, force: true });
	symlinkSync("/run", join(part, "var/run"));
	addAccounts(part, accounts);
	finish(part);
	rmSync(downloads, { recursive: true, force: true });
	rmSync(path, { recursive: true, force: true });
	renameSync(part, path);
	writeJson(stamp, recipe);
	return { detail: `${count} packages`, value: path };
}

function addAccounts(root, accounts) {
	for (const table of ["passwd", "group"]) {
		copyFileSync(join(root, `usr/share/base-passwd/${table}.master`), join(root, "etc", table));
	}
	for (const [name, id] of accounts) {
		appendFileSync(join(root, "etc/passwd"), `${name}:x:${id}:${id}::/nonexistent:/usr/sbin/nologin\n`);
		appendFileSync(join(root, "etc/group"), `${name}:x:${id}:\n`);
	}
}
