// Which mounts a dockerd has left behind, read from /proc/self/mountinfo (proc(5) names the columns).
import { join, relative } from "node:path";

/** Mount points inside the engine's folders, and its bind of the data root onto itself; the newest last. */
export function mountsOfEngine(mountinfo, { dataRoot, execRoot }) {
	const mounts = mountinfo.split("\n").filter(Boolean).map(parseMount);
	return mounts
		.filter(
			(mount) =>
				mount.path.startsWith(`${dataRoot}/`) ||
				mount.path.startsWith(`${execRoot}/`) ||
				(mount.path === dataRoot && isBoundToItself(mount, mounts)),
		)
		.map((mount) => mount.path);
}

function parseMount(line) {
	const [id, parent, device, root, path] = line.split(" ");
	return { id, parent, device, root, path };
}

/** A folder bound onto itself shows, of the same file system, the very place at which it is mounted. A disk or a volume does not. */
function isBoundToItself(mount, mounts) {
	const parent = mounts.find((other) => other.id === mount.parent);
	return parent?.device === mount.device && join(parent.root, relative(parent.path, mount.path)) === mount.root;
}
