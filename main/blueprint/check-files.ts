import type { Check } from "./check.ts";
import type { MachineFormat } from "./format.ts";
import type { Path } from "./issues.ts";
import { placeAt } from "./place.ts";

/** Trees that the kernel makes up; a file cannot be put there. */
const kernelTrees = ["/proc", "/sys", "/dev"];
/** Files that the engine writes at every start, over whatever is there. */
const engineFiles = ["/etc/hosts", "/etc/hostname", "/etc/resolv.conf"];

/** Checks where files go and where they come from. */
export function checkFiles(check: Check, name: string, { files = [] }: MachineFormat): void {
	const { root, issues } = check;
	const seen = new Set<string>();
	for (const [index, file] of files.entries()) {
		const path = ["machines", name, "files", index];
		checkTarget(check, [...path, "path"], file.path);
		if (seen.has(file.path)) {
			issues.error([...path, "path"], `The file ${file.path} is written twice.`, "Keep one of them.");
		}
		seen.add(file.path);
		const hasContent = placeAt(root, [...path, "content"]) !== null;
		const hasSource = placeAt(root, [...path, "source"]) !== null;
		if (hasContent && hasSource) {
			issues.error([...path, "source"], "This file has both content and source.", "Keep exactly one of them.", "key");
		} else if (!hasContent && !hasSource) {
			issues.error(path, "This file has no content.", 'Write content: "…", or source: a/file/beside/the/blueprint.');
		}
		if (file.source !== undefined) checkSourcePath(check, [...path, "source"], file.source);
	}
}

function checkTarget({ issues }: Check, at: Path, path: string): void {
	const steps = path.split("/");
	if (!path.startsWith("/"))
		issues.error(at, `"${path}" is not an absolute path.`, `Write /${path.replace(/^(\.\/)+/, "")}.`);
	else if (steps.includes("..") || steps.includes(".") || steps.slice(1).includes("")) {
		issues.error(
			at,
			`"${path}" is not the plain path of a file.`,
			'Write it without "..", ".", doubled and trailing slashes.',
		);
	} else if (kernelTrees.some((tree) => path === tree || path.startsWith(`${tree}/`))) {
		issues.error(at, `A file cannot be put into /${steps[1]}.`, "The kernel makes up what is in there.");
	} else if (engineFiles.includes(path)) {
		issues.warning(at, `The engine writes ${path} at every start, over this file.`, "Use post_boot to change it.");
	}
}

function checkSourcePath({ issues }: Check, at: Path, source: string): void {
	const steps = source.split("/");
	if (
		source === "" ||
		source.startsWith("/") ||
		source.startsWith("~") ||
		steps.includes("..") ||
		source.includes("\\")
	) {
		issues.error(
			at,
			`"${source}" does not name a file beside the blueprint.`,
			'Write a path relative to the blueprint\'s folder, without "..".',
		);
	}
}
