// Builds the images that are missing or whose recipe has changed: on public bases where a registry answers, otherwise
// on bases made by debootstrap. Nothing here needs more than Docker and, for the second way, Debian packages.
import { existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { cacheFolder, repository } from "./cache.mjs";
import { docker } from "./docker.mjs";
import { installPackages, missingPackages } from "./packages.mjs";
import { runAsRoot } from "./privilege.mjs";
import { canReach } from "./reachable.mjs";
import { dindImages, localBase, machineImages, publicBase, rootRecipe } from "./recipes.mjs";
import { alreadyDone, Impossible, step, together } from "./steps.mjs";

const recipeLabel = "io.homerange.recipe";
const pullLimitMs = 180_000;
const buildLimitMs = 15 * 60_000;
const rootLimitMs = 40 * 60_000;

/** Packages that building without a registry needs on this machine. */
export const rootPackages = ["debootstrap", "debian-archive-keyring"];

/** Builds the given images (recipes.mjs), side by side. Each is a step of its own. */
export async function buildImages(images) {
	const state = await Promise.all(images.map(async (image) => ({ image, isCurrent: await isCurrent(image) })));
	const current = state.filter((entry) => entry.isCurrent).map((entry) => entry.image.tag);
	if (current.length > 0) await step(`images ${current.join(" ")}`, () => alreadyDone("built from this recipe"));
	const stale = state.filter((entry) => !entry.isCurrent).map((entry) => entry.image);
	if (stale.length === 0) return;
	const isPublic = await canReach("the registry of public images", () => pull(publicBase));
	if (!isPublic) await step("packages to build images without a registry", installRootPackages);
	// One base serves several images: whoever needs it first makes it, the others wait for the same promise.
	const bases = new Map();
	const baseOf = (base) => {
		if (!bases.has(base.tag))
			bases.set(
				base.tag,
				step(`base ${base.tag} (Debian ${base.suite})`, () => makeBase(base)),
			);
		return bases.get(base.tag);
	};
	await together(
		...stale.map(async (image) => {
			if (!isPublic) await baseOf(image.localBase ?? localBase);
			await step(`image ${image.tag}`, () => build(image, isPublic));
		}),
	);
}

/** All images that `npm start` and `npm test` need; with allEngines also the older inner engines. */
export function wantedImages({ allEngines = false } = {}) {
	return [...dindImages.slice(0, allEngines ? undefined : 1), ...machineImages];
}

async function isCurrent(image) {
	return (await labelOf(image.tag)) === image.recipe;
}

async function labelOf(tag) {
	const format = `{{index .Config.Labels "${recipeLabel}"}}`;
	const answer = await docker(["image", "inspect", "--format", format, tag], { allowFailure: true });
	return answer.code === 0 ? answer.stdout.trim() : undefined;
}

/** Pulls an image: true, or why not. */
async function pull(tag) {
	const answer = await docker(["pull", "--quiet", tag], { allowFailure: true, limitMs: pullLimitMs });
	if (answer.code === 0) return true;
	return answer.timedOut ? `no image within ${pullLimitMs / 1000} s` : answer.stderr.trim().split("\n").at(-1);
}

async function build(image, isPublic) {
	const isDind = image.localBase !== undefined;
	const base = isDind ? (isPublic ? image.publicBase : image.localBase.tag) : isPublic ? publicBase : localBase.tag;
	const args = [
		"build",
		"--quiet",
		"--network",
		"host",
		"--tag",
		image.tag,
		"--label",
		`${recipeLabel}=${image.recipe}`,
	];
	args.push("--build-arg", `BASE=${base}`);
	if (isDind) {
		args.push("--file", join(image.folder, isPublic ? "Dockerfile" : "Dockerfile.debootstrap"));
		args.push("--build-arg", `ENGINE=${await engineVersion(base)}`);
		if (isPublic) args.push("--build-arg", `ROOTLESS=${image.publicRootless}`);
	}
	await docker([...args, image.folder], { limitMs: buildLimitMs });
	const size = await docker(["image", "inspect", "--format", "{{.Size}}", image.tag]);
	return `${Math.round(Number(size.stdout) / 1e6)} MB on ${base}`;
}

async function engineVersion(tag) {
	const answer = await docker(["run", "--rm", "--entrypoint", "dockerd", tag, "--version"], { limitMs: pullLimitMs });
	const version = /version (\d+\.\d+\.\d+)/.exec(answer.stdout)?.[1];
	if (!version) throw new Error(`${tag} does not say its engine's version: ${answer.stdout}`);
	return version;
}

async function installRootPackages() {
	const missing = await missingPackages(rootPackages);
	if (missing.length === 0) return alreadyDone("installed");
	return `installed ${(await installPackages(missing)).join(" ")}`;
}

/** A base image by debootstrap. Its archive stays in the cache, so that a new engine gets it in seconds. */
async function makeBase(base) {
	const recipe = rootRecipe(base);
	if ((await labelOf(base.tag)) === recipe) return alreadyDone("imported before");
	const archive = join(cacheFolder("roots"), `${base.tag.replace(/[/:]/g, "-")}-${recipe}.tar`);
	const cached = existsSync(archive);
	if (!cached) await makeArchive(base, archive);
	await docker(["import", "--change", `LABEL ${recipeLabel}=${recipe}`, archive, base.tag]);
	return cached ? "from the cached archive" : `by debootstrap`;
}

async function makeArchive(base, archive) {
	if (process.platform !== "linux") {
		throw new Impossible(
			"no registry can be reached, and base images can be made without one on Linux only",
			"Connect to a network where docker pull works, then start again.",
		);
	}
	const script = join(repository, "scripts", "lib", "make-root.sh");
	const draft = `${archive}.draft`;
	await runAsRoot(
		"unshare",
		["--mount", "--propagation", "private", script, base.suite, base.packages.join(","), draft, ...base.unwanted],
		{ limitMs: rootLimitMs },
	);
	renameSync(draft, archive);
	const folder = cacheFolder("roots");
	const prefix = base.tag.replace(/[/:]/g, "-");
	for (const name of readdirSync(folder)) {
		if (name.startsWith(`${prefix}-`) && name !== basename(archive)) rmSync(join(folder, name), { recursive: true });
	}
}
