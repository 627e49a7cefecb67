// Debian and Ubuntu packages: what is missing, and one installation for all of it (apt has one lock).
import { existsSync } from "node:fs";
import { runAsRoot } from "./privilege.mjs";
import { run } from "./run.mjs";
import { Impossible } from "./steps.mjs";

const quiet = { DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C.UTF-8" };

export const hasApt = existsSync("/usr/bin/apt-get");

/** Which of the packages are not installed. An entry may be alternatives, the newer name first: "libgtk-3-0t64|libgtk-3-0". */
export async function missingPackages(packages) {
	if (!hasApt || packages.length === 0) return [];
	const names = packages.flatMap((entry) => entry.split("|"));
	// biome-ignore lint/suspicious/noTemplateCurlyInString: these are dpkg-query's own placeholders.
	const answer = await run("dpkg-query", ["-W", "-f=${Package} ${db:Status-Status}\n", ...names], {
		allowFailure: true,
	});
	const installed = new Set();
	for (const line of answer.stdout.split("\n")) {
		const [name, status] = line.split(" ");
		if (status === "installed") installed.add(name);
	}
	return packages.filter((entry) => !entry.split("|").some((name) => installed.has(name)));
}

/** Installs packages without their recommendations. */
export async function installPackages(packages) {
	if (!hasApt) {
		throw new Impossible(
			`this system has no apt-get, and these are missing: ${packages.join(", ")}`,
			"Install the same software with your system's own package tool, then start again.",
		);
	}
	await runAsRoot("apt-get", ["update", "-qq"], { env: quiet });
	const chosen = [];
	for (const entry of packages) chosen.push(await firstKnown(entry.split("|")));
	// DPkg::Lock::Timeout: another apt run (unattended upgrades) is waited for, not failed on.
	const options = ["-y", "-qq", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=300"];
	await runAsRoot("apt-get", ["install", ...options, ...chosen], { env: quiet });
	return chosen;
}

async function firstKnown(names) {
	for (const name of names) {
		const answer = await run("apt-cache", ["policy", name], { allowFailure: true });
		if (/Candidate: (?!\(none\))/.test(answer.stdout)) return name;
	}
	throw new Impossible(`no package source knows ${names.join(" or ")}`, "Enable your distribution's main repository.");
}
