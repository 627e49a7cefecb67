import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { guestDisk, guestReady } from "../../testing/guest.ts";
import { isoImage, noCloudSeed } from "./index.ts";

const run = promisify(execFile);
let folder: string;

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "hrtest-seed-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const seed = noCloudSeed({
	instanceId: "i-1",
	hostname: "seeded",
	nics: [
		{ mac: "52:54:00:00:00:01", ip: "10.0.1.50", prefix: 24, gateway: "10.0.1.1", isDefault: true, dns: ["10.0.1.1"] },
		{ mac: "52:54:00:00:00:02", ip: "10.0.3.50", prefix: 28, gateway: null, isDefault: false, dns: [] },
	],
	user: null,
	files: [],
	environment: {},
	commands: [],
	hosts: [],
});

it("is read by isoinfo: label, Joliet, names and contents", async () => {
	const image = join(folder, "names.iso");
	const many = Array.from({ length: 120 }, (_, at) => ({
		path: `many/file number ${at}.txt`,
		bytes: Buffer.from(`${at}`),
	}));
	const deep = { path: "a/b/c/d/five thousand.bin", bytes: Buffer.alloc(5000, 7) };
	const empty = { path: "a/Größe.bin", bytes: Buffer.alloc(0) };
	await writeFile(
		image,
		isoImage({ label: "cidata", date: new Date("2026-01-02T03:04:05Z"), files: [deep, empty, ...many] }),
	);
	const { stdout: facts } = await run("isoinfo", ["-d", "-i", image]);
	expect(facts).toContain("Volume id: cidata\n");
	expect(facts).toContain("Joliet with UCS level 3 found");
	const { stdout: names } = await run("isoinfo", ["-J", "-j", "iso8859-1", "-f", "-i", image], { encoding: "latin1" });
	expect(names.split("\n")).toEqual(expect.arrayContaining(["/a/b/c/d/five thousand.bin", "/a/Größe.bin"]));
	expect(names.split("\n").filter((name) => name.startsWith("/many/file number"))).toHaveLength(120);
	const bytes = await run("isoinfo", ["-J", "-i", image, "-x", "/a/b/c/d/five thousand.bin"], {
		encoding: "buffer",
	});
	expect(bytes.stdout.equals(deep.bytes)).toBe(true);
	const { stdout: plain } = await run("isoinfo", ["-i", image, "-x", "/MANY/FILE_NUMBER_119.TXT;1"]);
	expect(plain).toBe("119");
});

it("gives a guest its name and its addresses", async () => {
	const image = join(folder, "seed.iso");
	await writeFile(image, seed);
	const args = ["-accel", "tcg", "-m", "128", "-display", "none", "-monitor", "none", "-serial", "stdio"];
	args.push("-drive", `file=${guestDisk()},format=qcow2,if=virtio,snapshot=on`, "-cdrom", image);
	args.push("-device", "virtio-net-pci,mac=52:54:00:00:00:01", "-device", "virtio-net-pci,mac=52:54:00:00:00:02");
	const qemu = spawn("qemu-system-x86_64", args, { stdio: ["pipe", "pipe", "inherit"] });
	try {
		let said = "";
		let isAsked = false;
		for await (const chunk of qemu.stdout) {
			said += String(chunk);
			if (!isAsked && said.includes(guestReady)) {
				isAsked = true;
				qemu.stdin.write("hostname; ip route; cat /etc/resolv.conf; echo answer''ed\n");
			}
			if (said.includes("answered")) break;
		}
		expect(said).toContain("guest eth0 10.0.1.50/24");
		expect(said).toContain("guest eth1 10.0.3.50/28");
		expect(said).toMatch(/^seeded\r?$/m);
		expect(said).toMatch(/^default via 10\.0\.1\.1 dev eth0/m);
		expect(said).toMatch(/^nameserver 10\.0\.1\.1\r?$/m);
	} finally {
		qemu.kill("SIGKILL");
	}
});
