// testbed up|down|status: real engines on a machine without an init system. See --help.
import { parseArgs } from "node:util";
import { bedAt, bedStatus, bringDown, bringUpDocker, bringUpLibvirt, dockerPackages } from "./lib/bed.mjs";
import { installPackages, missingPackages } from "./lib/packages.mjs";
import { alreadyDone, main, step } from "./lib/steps.mjs";

const help = `usage: scripts/testbed up [--libvirt] | down | status [--json]

up        starts a Docker Engine unless one answers; --libvirt starts libvirtd too (and installs it)
down      ends what 'up' started, and nothing else
status    says what runs, and who started it

--state DIR --socket PATH --data-root DIR    another bed beside the usual one
`;

await main(async () => {
	const { values, positionals } = parseArgs({
		allowPositionals: true,
		options: {
			libvirt: { type: "boolean", default: false },
			json: { type: "boolean", default: false },
			help: { type: "boolean", default: false },
			state: { type: "string" },
			socket: { type: "string" },
			"data-root": { type: "string" },
		},
	});
	const bed = bedAt({ state: values.state, socket: values.socket, dataRoot: values["data-root"] });
	const [command] = positionals;
	if (values.help) process.stdout.write(help);
	else if (command === "up") await up(bed, values.libvirt);
	else if (command === "down") await step("test bed down", () => bringDown(bed));
	else if (command === "status") await status(bed, values.json);
	else {
		process.stderr.write(help);
		return 2;
	}
});

async function up(bed, libvirt) {
	await step("Docker packages", async () => {
		const missing = await missingPackages(dockerPackages);
		if (missing.length === 0) return alreadyDone("installed");
		return `installed ${(await installPackages(missing)).join(" ")}`;
	});
	await step("Docker Engine", () => bringUpDocker(bed));
	if (libvirt) await step("libvirt", () => bringUpLibvirt(bed));
}

async function status(bed, json) {
	const report = await bedStatus(bed);
	if (json) return void process.stdout.write(`${JSON.stringify(report)}\n`);
	for (const [name, part] of [
		["docker", report.docker],
		["libvirt", report.libvirt],
	]) {
		const who = part.startedByBed ? `started by this bed, pid ${part.pid}` : "not started by this bed";
		const state = part.running
			? `running${part.version ? ` ${part.version}` : ""}, ${who}`
			: (part.problem ?? "not running");
		process.stdout.write(`${name.padEnd(8)} ${state} (${part.socket})\n`);
	}
	if (report.missingCapabilities.length > 0) {
		process.stdout.write(`this machine lacks ${report.missingCapabilities.join(" ")}: containers run without them\n`);
	}
}
