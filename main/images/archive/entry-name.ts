import { posix } from "node:path";

const nameLimit = 1024;

/** Why a name of an archive must not be followed; null for one that stays in its place. */
export function nameProblem(name: string): string | null {
	if (name === "" || name.length > nameLimit)
		return "it has an entry with no name, or one of more than 1024 characters";
	if (name.startsWith("/")) return "it has an entry with an absolute name";
	// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
	if (/[\x00-\x1f\x7f\\]/.test(name)) return "it has an entry with control characters or a backslash in its name";
	if (name.split("/").includes("..")) return "it has an entry whose name leads out of the archive";
	return null;
}

/** The one spelling of a name: without "./", doubled and final slashes. */
export function normalName(name: string): string {
	return posix.normalize(name).replace(/\/$/, "").replace(/^\.\//, "");
}

/**
 * What a link of the archive means, as a name of the archive; null when it leads out. A symbolic link is read from its
 * folder, a hard link from the archive's root.
 */
export function linkTarget(entry: string, link: string, kind: "symlink" | "link"): string | null {
	if (link === "" || link.length > nameLimit || link.startsWith("/") || link.includes("\0")) return null;
	const target = posix.normalize(kind === "symlink" ? posix.join(posix.dirname(entry), link) : link);
	return target === ".." || target.startsWith("../") ? null : normalName(target);
}
