// Runs the libvirt client's tests against newer libvirt daemons, each in a Debian of its own in the cache folder: the one
// daemon for everything, then a daemon per kind of object.
// Then the seeds of cloud-init, against a real one.
// usage: node scripts/libvirt-versions.mjs [SUITE… | cloud-init]   default: trixie sid cloud-init. As root, on Linux, x86-64.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder, readJson, repository } from "./lib/cache.mjs";
import { debianRoot } from "./lib/debian-root.mjs";
import * as libvirt from "./lib/libvirt-daemons.mjs";
import { buildModularDaemons } from "./lib/modular-daemons.mjs";
import { preferLocalPrograms } from "./lib/node-modules.mjs";
import { isRoot } from "./lib/privilege.mjs";
import { run } from "./lib/run.mjs";
import { sumOf } from "./lib/second-try.mjs";
import { Impossible, main, say, step } from "./lib/steps.mjs";

/** The oldest cloud-init that Debian still maintains, with the tools that it writes an account and a network with. */
const cloudInit = {
	suite: "bookworm",
	packages: ["cloud-init", "netplan.io", "iproute2", "openssh-client", "sudo", "udev"],
	accounts: [],
};

const limitMs = 20 * 60_000;
const tests = ["differential", "guest", "modular"].map((name) => `main/libvirt/rpc/${name}.integration.ts`);

await main(async () => {
	if (!isRoot) throw new Impossible("a daemon in a root of its own needs root", "Run it with sudo.");
	preferLocalPrograms();
	const named = process.argv.slice(2);
	for (const name of named.length > 0 ? named : ["trixie", "sid", "cloud-init"]) {
		await (name === "cloud-init" ? tryCloudInit() : tryDebian(name));
	}
});

async function tryDebian(suite) {
	if (!/^[a-z]+$/.test(suite)) throw new Impossible(`"${suite}" is not a Debian suite`, "Name suites, as trixie.");
	const recipe = { suite, packages: libvirt.libvirtPackages, accounts: libvirt.libvirtAccounts };
	const root = await step(`Debian ${suite} with libvirt`, () => debianRoot(suite, recipe, libvirt.finishLibvirtRoot));
	await tryDaemons(`libvirtd of ${suite}`, root, libvirt.monolithic, tests);
	const name = `modular daemons of ${suite}`;
	const programs = Object.keys(libvirt.modular);
	if (!(await step(`${name}, the programs`, () => buildModularDaemons(root, suite, programs)))) return;
	await tryDaemons(name, root, libvirt.modular, tests);
	const { virtstoraged: _, ...fewer } = libvirt.modular;
	await tryDaemons(`${name} without virtstoraged`, root, fewer, tests.slice(-1));
}

async function tryDaemons(name, root, daemons, files) {
	await step(name, async () => {
		const { folder, stop } = await libvirt.startDaemons(root, daemons);
		try {
			const [socket] = Object.values(daemons);
			return await runTests(files, {
				HOMERANGE_LIBVIRT_SOCKET: join(folder, socket),
				HOMERANGE_VIRSH: libvirt.virshOf(root),
			});
		} finally {
			await stop();
		}
	});
}

async function tryCloudInit() {
	const root = await step("Debian bookworm with cloud-init", () => debianRoot("cloud-init", cloudInit, finishAccounts));
	await step("a seed for cloud-init", () =>
		runTests(["main/libvirt/seed/cloud-init.integration.ts"], { HOMERANGE_CLOUD_INIT_ROOT: root }),
	);
}

/** cloud-init adds an account to these tables. */
function finishAccounts(root) {
	for (const table of ["shadow", "gshadow"]) writeFileSync(join(root, "etc", table), "", { mode: 0o600 });
}

async function runTests(files, env) {
	const report = join(cacheFolder("reports"), "libvirt-versions.json");
	const reporter = join(repository, "scripts", "lib", "vitest-reporter.mjs");
	const args = ["run", "--project", "integration", "--reporter=default", `--reporter=${reporter}`, ...files];
	await run("vitest", args, { cwd: repository, env: { ...env, HOMERANGE_REPORT: report }, limitMs, show: true });
	const { passed, skips } = sumOf(readJson(report));
	for (const skip of skips) say(`skipped ${skip.name}: ${skip.reason}`);
	return `${passed} tests passed, ${skips.length} skipped`;
}
