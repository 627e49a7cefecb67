// Everything that a fresh clone needs before it can build, run or test. Each part leaves alone what is there already.
import {
	bedAt,
	bringDown,
	bringUpDocker,
	bringUpLibvirt,
	dockerPackages,
	dockerServices,
	libvirtPackages,
	libvirtServices,
} from "./bed.mjs";
import { displayPackages, hasDisplay } from "./display.mjs";
import { engineEnvironment, findEngine } from "./docker.mjs";
import { prepareElectron } from "./electron.mjs";
import { guestPackages, makeGuest } from "./guest.mjs";
import { buildImages, rootPackages, wantedImages } from "./images.mjs";
import { installNodeModules, preferLocalPrograms } from "./node-modules.mjs";
import { hasApt, installPackages, missingPackages } from "./packages.mjs";
import { hasProgram } from "./run.mjs";
import { alreadyDone, Impossible, step, together } from "./steps.mjs";

/**
 * Sets up what is asked for (everything but libvirt by default) and changes this process's environment (PATH,
 * DOCKER_HOST, ELECTRON_OVERRIDE_DIST_PATH) so that what it starts finds it. Gives { engine, started } (the services
 * that this call has started, for takeDown), or undefined without an engine.
 */
export async function setup({ engine = true, electron = true, libvirt = false } = {}) {
	const found = engine ? await findEngine() : undefined;
	const [, result] = await together(prepareNode(electron), engine ? prepareEngine(found, libvirt) : undefined);
	return result;
}

/** Ends what setup() has started, and nothing that ran before. */
export async function takeDown(result) {
	if (!result || result.started.length === 0) return;
	await step("test bed down", () => bringDown(bedAt(), result.started));
}

async function prepareNode(electron) {
	await step("node modules", installNodeModules);
	preferLocalPrograms();
	if (electron) await step("Electron runtime", prepareElectron);
}

async function prepareEngine(found, libvirt) {
	// Libvirt and its guests are there on Linux only; elsewhere the tests of VMs say that they are skipped.
	const withLibvirt = libvirt && process.platform === "linux";
	const packages = withLibvirt ? [...libvirtPackages, ...guestPackages] : [];
	if (!found) packages.push(...dockerPackages, ...rootPackages);
	else if (!(await hasProgram("docker"))) packages.push("docker-cli|docker.io");
	if (!hasDisplay) packages.push(...displayPackages);
	await step("system packages", async () => {
		if (!hasApt && !found) {
			throw new Impossible(
				"no Docker Engine answers, and this system is neither Debian nor Ubuntu",
				"Install Docker (Docker Desktop on macOS), start it, then start again.",
			);
		}
		const missing = hasApt ? await missingPackages(packages) : [];
		if (missing.length === 0) return alreadyDone("installed");
		return `installed ${(await installPackages(missing)).join(" ")}`;
	});
	const result = await step("Docker Engine", () => (found ? adoptEngine(found) : startEngine()));
	const started = [...result.started];
	try {
		if (withLibvirt)
			started.push(...((await step("libvirt", () => bringUpLibvirt(bedAt())))?.started ? libvirtServices : []));
		await together(buildImages(wantedImages()), withLibvirt ? step("test guest", makeGuest) : undefined);
	} catch (error) {
		await takeDown({ started });
		throw error;
	}
	return { ...result, started };
}

function adoptEngine(engine) {
	Object.assign(process.env, engineEnvironment(engine));
	return { ...alreadyDone(`Docker ${engine.version} answers (${engine.via})`), value: { engine, started: [] } };
}

async function startEngine() {
	// With systemd the installation has started it.
	const tried = [];
	const started = await findEngine(tried);
	if (started) return adoptEngine(started);
	if (process.env.DOCKER_HOST) {
		throw new Impossible(
			`DOCKER_HOST is ${process.env.DOCKER_HOST}, and no engine answers there: ${tried[0].verdict}`,
			"Start that engine, or unset DOCKER_HOST to let another one be used.",
		);
	}
	const { detail } = await bringUpDocker(bedAt());
	return { detail, value: { engine: await findEngine(), started: dockerServices } };
}
