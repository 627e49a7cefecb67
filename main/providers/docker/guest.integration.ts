import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { removeImage } from "../../docker/asking.ts";
import type { DockerEngine } from "../../docker/engine.ts";
import { socketPath } from "../../paths.ts";
import { openChannel } from "../../rpc/channel-client.ts";
import { connectEngine, type EngineClient } from "../../rpc/client.ts";
import { TestCli } from "../../testing/cli.ts";
import { connectTestEngine, smallImage, uniqueName } from "../../testing/engine.ts";
import { guestDisk } from "../../testing/guest.ts";

/** A VM in a container, from a disk in the library to a machine of a range. */
const cli = new TestCli();
const disk = uniqueName("guest");
const range = uniqueName("lab");
const template = `t-${disk}`;
/** Without KVM, on a machine that does other things too. */
const limitMs = 600_000;
let docker: DockerEngine;
let client: EngineClient;

const blueprint = `
blueprint: 1
name: lab
networks:
  lan: { subnet: 10.0.1.0/24 }
machines:
  vm:
    template: ${template}
    nics: [{ network: lan, ip: 10.0.1.50, mac: "02:42:0a:00:01:32" }]
    memory: 160MiB
    post_boot: ["echo done > /data/post-boot"]
    ready: { http: "80/", timeout: 8m }
  box:
    image: ${smallImage}
    command: [sh, -c, "trap exit TERM; sleep 100000 & wait"]
    nics: [{ network: lan, ip: 10.0.1.60 }]
`;

const state = z.object({
	state: z.string(),
	machines: z.array(z.object({ name: z.string(), state: z.string(), reason: z.string().nullable() }).loose()),
});

beforeAll(async () => {
	docker = await connectTestEngine();
	await cli.prepare();
	const connected = await connectEngine(socketPath(cli.folder));
	if (connected === null) throw new Error("the engine did not start");
	client = connected;
	const isolation = process.env.HOMERANGE_ISOLATION === "unprivileged" ? "unprivileged" : "privileged";
	// A guest needs longer than a container to switch itself off.
	await client.api.settings.set({ isolation, stopGraceSeconds: 120 });
});
afterAll(async () => {
	await cli.run(["destroy", range, "--yes"]);
	await client.close();
	await cli.remove();
	const left = await docker.api.listImages({ filters: { reference: [`homerange/disk-${disk}`] } });
	for (const reference of left.flatMap((image) => image.RepoTags ?? [])) {
		await removeImage(docker.api, reference, { force: true });
	}
});

/** One request from the container beside the VM. */
async function ask(path: string): Promise<string> {
	const request = `printf 'GET ${path} HTTP/1.0\\r\\n\\r\\n' | nc -w 5 10.0.1.50 80`;
	return (await cli.run(["exec", range, "box", "--", "sh", "-c", request])).stdout;
}

async function screen(): Promise<string> {
	const channel = await openChannel(client.socketPath, { kind: "vnc", range, machine: "vm" });
	let seen = "";
	for await (const frame of channel.frames()) {
		if (frame.type === "stdout") seen += Buffer.from(frame.bytes).toString("latin1");
		if (frame.type === "closed" || seen.endsWith("\n")) break;
	}
	channel.close();
	return seen;
}

test(
	"a disk is imported and becomes a template of either kind",
	async () => {
		await cli.json("image", "import", guestDisk(), "--name", disk);
		const libvirt = ["image", "promote", disk, "--kind", "linux-vm", "--name", `v-${disk}`];
		expect(await cli.json(...libvirt)).toMatchObject({ kind: "linux-vm", provider: "libvirt", image: disk });
		const made = await cli.json(
			"image",
			"promote",
			disk,
			"--kind",
			"linux-vm",
			"--provider",
			"docker",
			"--name",
			template,
		);
		expect(made).toMatchObject({
			kind: "linux-vm",
			provider: "docker",
			image: expect.stringContaining(`homerange/disk-${disk}:`),
			consoles: ["shell", "vnc"],
		});
		const again = ["image", "promote", disk, "--kind", "linux-vm", "--provider", "docker", "--name", `u-${disk}`];
		expect(await cli.json(...again)).toMatchObject({ image: (made as { image: string }).image });
	},
	limitMs,
);

test(
	"the guest has the container's exact address and MAC, its screen, and runs what comes after its boot",
	async () => {
		const file = join(cli.folder, "lab.yaml");
		writeFileSync(file, blueprint);
		const deployed = await cli.run(["deploy", file, "--name", range, "--format", "json"]);
		expect(deployed.stderr).not.toContain("✗");
		const detail = state.parse(JSON.parse(deployed.stdout));
		expect(detail.machines).toEqual(detail.machines.map((machine) => ({ ...machine, reason: null })));
		expect(detail).toMatchObject({ state: "running", machines: [{ name: "vm", state: "ready" }, { name: "box" }] });
		expect(await ask("/")).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*\r\n\r\nvm\n$/);
		expect(await ask("/data/post-boot")).toMatch(/\r\n\r\ndone\n$/);
		const neighbours = await cli.run(["exec", range, "box", "--", "cat", "/proc/net/arp"]);
		expect(neighbours.stdout).toMatch(/^10\.0\.1\.50 .* 02:42:0a:00:01:32 /m);
		expect(await screen()).toBe("RFB 003.008\n");
	},
	limitMs,
);

test(
	"its screen is not on the network, and no other machine gets its address",
	async () => {
		const port = await cli.run(["exec", range, "box", "--", "sh", "-c", "nc -w 3 10.0.1.50 5900 </dev/null"]);
		expect(port.stdout).not.toContain("RFB");
		const lease = await cli.run(["exec", range, "box", "--", "udhcpc", "-n", "-q", "-t", "2", "-T", "1", "-i", "eth0"]);
		expect(lease.stderr).toContain("no lease");
	},
	limitMs,
);

test(
	"its shell is the guest's serial line, a command runs in the guest, and the log has what the guest says",
	async () => {
		const command = await cli.run(["exec", range, "vm", "--", "sh", "-c", "cat /proc/cmdline; echo bad >&2; exit 7"]);
		expect(command).toMatchObject({ status: 7, stdout: expect.stringContaining("rdinit=/init"), stderr: "bad\n" });
		const size = { columns: 80, rows: 24 };
		const serial = await openChannel(client.socketPath, { kind: "shell", range, machine: "vm", ...size });
		await serial.send({ type: "stdin", bytes: Buffer.from("\recho of-the-''guest\r") });
		let seen = "";
		for await (const frame of serial.frames()) {
			if (frame.type === "stdout") seen += Buffer.from(frame.bytes).toString("latin1");
			if (frame.type === "closed" || seen.includes("of-the-guest")) break;
		}
		serial.close();
		expect(seen).toContain("of-the-guest");
		const { stdout } = await cli.run(["logs", range, "vm"]);
		expect(stdout).toContain("guest eth0 10.0.1.50/24");
		expect(stdout).toContain("of-the-guest");
	},
	limitMs,
);

test(
	"a stop presses the power button, and the disk is kept over stop and start",
	async () => {
		expect((await cli.run(["stop", range])).status).toBe(0);
		expect((await cli.run(["start", range])).stderr).not.toContain("✗");
		expect(await ask("/data/post-boot")).toMatch(/\r\n\r\ndone\n$/);
		const { stdout } = await cli.run(["logs", range, "vm"]);
		expect(stdout).toContain("Requesting system poweroff");
	},
	limitMs,
);

test(
	"a snapshot holds its disk, and a machine from it is a VM again",
	async () => {
		const saved = await cli.json("library", "snapshot", range, "vm", `s-${disk}`);
		expect(saved).toMatchObject({ name: `s-${disk}`, defaults: { kind: "linux-vm", consoles: ["shell", "vnc"] } });
		const copy = uniqueName("copy");
		const file = join(cli.folder, "copy.yaml");
		writeFileSync(
			file,
			blueprint.replace(`template: ${template}`, `snapshot: s-${disk}`).replace(/\n.*post_boot.*/, ""),
		);
		try {
			const deployed = await cli.run(["deploy", file, "--name", copy, "--format", "json"]);
			expect(state.parse(JSON.parse(deployed.stdout))).toMatchObject({
				state: "running",
				machines: [{ state: "ready" }, {}],
			});
			const request = "printf 'GET /data/post-boot HTTP/1.0\\r\\n\\r\\n' | nc -w 5 10.0.1.50 80";
			const { stdout } = await cli.run(["exec", copy, "box", "--", "sh", "-c", request]);
			expect(stdout).toMatch(/\r\n\r\ndone\n$/);
		} finally {
			await cli.run(["destroy", copy, "--yes"]);
			await cli.run(["library", "delete", `s-${disk}`, "--yes"]);
		}
	},
	limitMs,
);
