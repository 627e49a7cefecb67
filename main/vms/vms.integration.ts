import { mkdirSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ChannelFrame } from "../../contract/consoles.ts";
import { createVmRequest } from "../../contract/vm-requests.ts";
import { readPicture } from "./picture.ts";
import { openTestVms, type TestVms } from "./testing/open-vms.ts";
import { virsh, virshState } from "./testing/virsh.ts";

let t: TestVms;
beforeAll(() => {
	t = openTestVms();
});
afterAll(() => t.close());

const mebibyte = 1024 ** 2;
const small = { memoryBytes: 128 * mebibyte, cpus: 1, diskBytes: 64 * mebibyte };

async function make(label: string, more: object = {}): Promise<{ uuid: string; name: string }> {
	const name = t.name(label);
	const started = await t.vms.create(createVmRequest.parse({ name, ...small, ...more }), "test");
	await t.done(Promise.resolve(started));
	return { uuid: started.uuid, name };
}

/** The firmware writes on the serial line then: a guest without any image. */
async function talkative(name: string): Promise<void> {
	const xml = await virsh("dumpxml", name, "--inactive");
	const file = join(t.folder, "talkative.xml");
	await writeFile(file, xml.replace(/(<os>)/, '$1\n    <bios useserial="yes"/>'));
	await virsh("define", file);
}

/** virsh and we say the same of every VM of this run. */
async function agree(): Promise<void> {
	for (const { name, state, uuid, autostart, memoryBytes, vcpus } of await t.vms.list()) {
		if (!name.startsWith(t.name(""))) continue;
		expect({ name, state }).toEqual({ name, state: await virshState(name) });
		const info = await virsh("dominfo", name);
		const field = (key: string) => new RegExp(`^${key}: +(.*)$`, "m").exec(info)?.[1];
		expect(field("UUID")).toBe(uuid);
		expect(field("Autostart")).toBe(autostart ? "enable" : "disable");
		expect(field("Max memory")).toBe(`${memoryBytes / 1024} KiB`);
		expect(field("CPU\\(s\\)")).toBe(String(vcpus));
		expect(t.told.get(uuid)?.state).toBe(state);
	}
}

test("a VM lives from its first start to its deletion, and virsh says the same at every step", async () => {
	const { uuid, name } = await make("life <b> ' 😀");
	await agree();
	await t.done(t.vms.start({ vm: name, paused: false }, "test"));
	expect(await virshState(name)).toBe("running");
	await agree();
	// What is as wanted is left alone.
	await t.done(t.vms.start({ vm: uuid, paused: false }, "test"));
	for (const [operation, state] of [
		["pause", "paused"],
		["resume", "running"],
		["reset", "running"],
		["destroy", "stopped"],
	] as const) {
		await t.done(t.vms[operation](name, "test"));
		expect(await virshState(name)).toBe(state);
		await agree();
	}
	await t.vms.setAutostart(name, true, "test");
	await agree();
	const renamed = t.name("renamed");
	await t.vms.rename(name, renamed, "test");
	await agree();
	await t.done(t.vms.change({ vm: renamed, cpus: 2, memoryBytes: 160 * mebibyte, title: "A title" }, "test"));
	await agree();
	expect((await t.vms.get(uuid)).title).toBe("A title");
	await t.done(t.vms.delete({ vm: renamed, deleteDisks: true }, "test"));
	expect(await virshState(renamed)).toBeNull();
	expect(await t.vms.list()).not.toContainEqual(expect.objectContaining({ uuid }));
	expect((await (await t.host.storage()).volumes()).filter((volume) => volume.name.includes(uuid))).toEqual([]);
});

test("nothing that a guest writes is lost, from its first byte on", async () => {
	const { uuid, name } = await make("serial");
	await talkative(name);
	await t.done(t.vms.start({ vm: uuid, paused: false }, "test"));
	await expect
		.poll(async () => (await t.vms.log(uuid, 1000)).text, { timeout: 30_000 })
		.toContain("No bootable device");
	const log = (await t.vms.log(uuid, 1000)).text;
	expect(log).toMatch(/SeaBIOS \(version/);
	const channel = await t.vms.consoles.open({ kind: "vm-serial", vm: uuid });
	const seen = await textUntil(channel, "No bootable device");
	expect(seen).toContain("SeaBIOS (version");
	channel.close();
	const ended = await t.vms.consoles.open({ kind: "vm-serial", vm: uuid });
	const frames: ChannelFrame[] = [];
	ended.onFrame((frame) => frames.push(frame));
	await t.done(t.vms.destroy(uuid, "test"));
	await ended.closed;
	expect(frames.at(-1)).toMatchObject({ type: "closed", error: { code: "STATE_CONFLICT" } });
	await expect(t.vms.consoles.open({ kind: "vm-serial", vm: uuid })).rejects.toMatchObject({ code: "STATE_CONFLICT" });
	// What it wrote stays readable.
	expect((await t.vms.log(uuid, 3)).text).toContain("No bootable device");
});

test("its screen is shown over its socket, and as a picture", async () => {
	const { uuid } = await make("screen");
	await t.done(t.vms.start({ vm: uuid, paused: false }, "test"));
	const channel = await t.vms.consoles.open({ kind: "vm-vnc", vm: uuid });
	expect(await textUntil(channel, "RFB 003.008\n")).toBe("RFB 003.008\n");
	channel.close();
	const { base64, width, height } = await t.vms.screenshot({ vm: uuid, maxWidth: 160 });
	expect(width).toBe(160);
	expect(readPicture(Buffer.from(base64, "base64"))).toMatchObject({ width, height });
	await t.done(t.vms.destroy(uuid, "test"));
});

test("a port behind a password is logged in at by the engine", async () => {
	const { uuid, name } = await make("password");
	const xml = await virsh("dumpxml", name, "--inactive");
	const file = join(t.folder, "password.xml");
	const graphics = '<graphics type="vnc" port="-1" autoport="yes" listen="127.0.0.1" passwd="secret12"/>';
	writeFileSync(file, xml.replace(/<graphics[\s\S]*?<\/graphics>/, graphics));
	await virsh("define", file);
	await t.done(t.vms.start({ vm: uuid, paused: false }, "test"));
	const channel = await t.vms.consoles.open({ kind: "vm-vnc", vm: uuid });
	const screen = reader(channel);
	await screen.until((bytes) => bytes.length >= 12);
	await channel.send({ type: "stdin", bytes: Buffer.from("RFB 003.008\n") });
	await screen.until((bytes) => bytes.length >= 14);
	await channel.send({ type: "stdin", bytes: Buffer.from([1, 1]) });
	// The answer to the login, then the server's first message: width, height and name of the screen.
	const bytes = await screen.until((all) => all.length >= 18 + 24);
	expect(bytes.subarray(14, 18)).toEqual(Buffer.alloc(4));
	expect(bytes.readUInt16BE(18)).toBeGreaterThan(100);
	expect((await t.vms.get(uuid)).xml).not.toContain("secret12");
	channel.close();
	await t.done(t.vms.destroy(uuid, "test"));
});

describe("a VM of another tool", () => {
	test("is shown, is not changed unasked, and can be adopted and released", async () => {
		const name = t.name("foreign");
		const file = join(t.folder, "foreign.xml");
		const os = '<os><type arch="x86_64" machine="pc">hvm</type></os>';
		const marks = '<metadata><other:mark xmlns:other="urn:other" kept="yes"/></metadata>';
		await writeFile(file, `<domain type="qemu"><name>${name}</name>${marks}<memory>65536</memory>${os}</domain>`);
		await virsh("define", file);
		await agree();
		const found = (await t.vms.list()).find((vm) => vm.name === name);
		expect(found).toMatchObject({ managed: false, owner: null, type: "other" });
		const before = await virsh("dumpxml", name);
		for (const attempt of [
			() => t.vms.start({ vm: name, paused: false }, "test"),
			() => t.vms.delete({ vm: name, deleteDisks: true }, "test"),
			() => t.vms.rename(name, t.name("stolen"), "test"),
			() => t.vms.change({ vm: name, cpus: 2 }, "test"),
		]) {
			await expect(attempt()).rejects.toMatchObject({ code: "NOT_OURS", remedy: expect.stringContaining("Adopt") });
		}
		expect(await virsh("dumpxml", name)).toBe(before);
		expect(await t.vms.adopt(name, "test")).toMatchObject({ managed: true });
		expect(await virsh("dumpxml", name)).toContain('kept="yes"');
		await t.done(t.vms.start({ vm: name, paused: false }, "test"));
		await t.done(t.vms.destroy(name, "test"));
		expect(await t.vms.release(name, "test")).toMatchObject({ managed: false });
		expect(await virsh("dumpxml", name)).toBe(before);
	});
});

test("what virsh does under our hands is told at once", async () => {
	const { uuid, name } = await make("events");
	await t.vms.list();
	await virsh("start", name);
	await expect.poll(() => t.told.get(uuid)?.state).toBe("running");
	await virsh("suspend", name);
	await expect.poll(() => t.told.get(uuid)?.state).toBe("paused");
	await virsh("destroy", name);
	await expect.poll(() => t.told.get(uuid)?.state).toBe("stopped");
	const stopping = t.vms.start({ vm: uuid, paused: false }, "test");
	await t.done(stopping);
	// Its guest has no system, so it ignores the request; somebody else cuts its power meanwhile.
	const waiting = t.vms.stop({ vm: uuid, force: false, graceSeconds: 0 }, "test");
	const { taskId } = await waiting;
	await virsh("destroy", name);
	expect((await t.tasks.whenEnded(taskId)).state).toBe("done");
	await virsh("undefine", name);
	await expect.poll(() => t.told.has(uuid)).toBe(false);
	await expect(t.vms.get(uuid)).rejects.toMatchObject({ code: "VM_NOT_FOUND" });
});

test("a guest that ignores the request to shut down has its power cut, and the task says so", async () => {
	const { uuid } = await make("deaf");
	await t.done(t.vms.start({ vm: uuid, paused: false }, "test"));
	const task = await t.done(t.vms.stop({ vm: uuid, force: false, graceSeconds: 1 }, "test"));
	expect(task.steps.find(({ id }) => id === "cut")?.note).toContain("ignored the request for 1 s");
	await agree();
});

test("a stop that waits is cancelled, and a power cut ends it at once", async () => {
	const { uuid } = await make("cancel");
	await t.done(t.vms.start({ vm: uuid, paused: false }, "test"));
	const first = await t.vms.stop({ vm: uuid, force: false, graceSeconds: 0 }, "test");
	await expect(t.vms.pause(uuid, "test")).rejects.toMatchObject({ code: "STATE_CONFLICT" });
	t.tasks.cancel(first.taskId);
	expect((await t.tasks.whenEnded(first.taskId)).state).toBe("cancelled");
	const second = await t.vms.stop({ vm: uuid, force: false, graceSeconds: 0 }, "test");
	await t.done(t.vms.stop({ vm: uuid, force: true }, "test"));
	expect((await t.tasks.whenEnded(second.taskId)).state).toBe("done");
	await agree();
});

describe("snapshots", () => {
	test("of a running VM are kept inside its disks, and gone back to", async () => {
		const { uuid } = await make("snap");
		await t.done(t.vms.start({ vm: uuid, paused: false }, "test"));
		expect((await t.vms.snapshotWays(uuid)).find(({ preferred }) => preferred)?.method).toBe("internal");
		await t.done(t.vms.createSnapshot({ vm: uuid, name: "first", description: "a <b>" }, "test"));
		await t.done(t.vms.createSnapshot({ vm: uuid, name: "second", description: "" }, "test"));
		await t.done(t.vms.destroy(uuid, "test"));
		await t.done(t.vms.revertSnapshot(uuid, "first", "test"));
		await agree();
		expect((await t.vms.get(uuid)).state).toBe("running");
		expect(await t.vms.listSnapshots(uuid)).toMatchObject([
			{ name: "first", parent: null, isCurrent: true, description: "a <b>" },
			{ name: "second", parent: "first", isCurrent: false },
		]);
		const taken = await t.ended(t.vms.createSnapshot({ vm: uuid, name: "first", description: "" }, "test"));
		expect(taken.error?.code).toBe("NAME_TAKEN");
		await t.done(t.vms.deleteSnapshot({ vm: uuid, snapshot: "first", children: true }, "test"));
		expect(await t.vms.listSnapshots(uuid)).toEqual([]);
		await t.done(t.vms.delete({ vm: uuid, deleteDisks: true }, "test"));
	});

	test("in files of our own come back to what the disk held, and leave nothing", async () => {
		const { uuid, name } = await make("overlay");
		const storage = await t.host.storage();
		const isDisk = (file: string) => file.includes(uuid) && file.endsWith(".qcow2");
		const files = async () => (await storage.volumes()).filter((volume) => isDisk(volume.name)).length;
		await t.done(t.vms.createSnapshot({ vm: uuid, name: "one", description: "", method: "overlay" }, "test"));
		await t.done(t.vms.createSnapshot({ vm: uuid, name: "two", description: "" }, "test"));
		expect(await files()).toBe(3);
		await t.done(t.vms.revertSnapshot(uuid, "one", "test"));
		expect(await t.vms.listSnapshots(uuid)).toMatchObject([
			{ name: "one", method: "overlay", isCurrent: true },
			{ name: "two", parent: "one", isCurrent: false },
		]);
		await virsh("start", name);
		const running = await t.ended(t.vms.revertSnapshot(uuid, "two", "test"));
		expect(running.error?.code).toBe("STATE_CONFLICT");
		await virsh("destroy", name);
		await t.done(t.vms.deleteSnapshot({ vm: uuid, snapshot: "two", children: false }, "test"));
		expect(await files()).toBe(2);
		await t.done(t.vms.delete({ vm: uuid, deleteDisks: true }, "test"));
		expect(await files()).toBe(0);
	});
});

test("a linked clone goes on without the VM that it was made from", async () => {
	const { uuid, name } = await make("origin");
	const full = await t.vms.clone({ vm: uuid, name: t.name("full"), linked: false, start: false }, "test");
	await t.done(Promise.resolve(full));
	const linked = await t.vms.clone({ vm: uuid, name: t.name("linked"), linked: true, start: false }, "test");
	await t.done(Promise.resolve(linked));
	const details = await Promise.all([uuid, full.uuid, linked.uuid].map((vm) => t.vms.get(vm)));
	expect(new Set(details.map(({ nics }) => nics[0]?.mac)).size).toBe(3);
	expect(details.map(({ disks }) => disks[0]?.backing.length)).toEqual([1, 0, 1]);
	const task = await t.done(t.vms.delete({ vm: name, deleteDisks: true }, "test"));
	expect(task.steps[0]?.note).toContain("stand on it");
	await t.done(t.vms.start({ vm: linked.uuid, paused: false }, "test"));
	await agree();
	for (const vm of [linked.uuid, full.uuid]) await t.done(t.vms.delete({ vm, deleteDisks: true }, "test"));
	const left = (await (await t.host.storage()).volumes()).map((volume) => volume.name);
	for (const one of [uuid, full.uuid, linked.uuid]) expect(left.filter((file) => file.includes(one))).toEqual([]);
});

test("disks, cards and media come and go, also while it runs", async () => {
	const { uuid } = await make("parts");
	const iso = join(t.folder, "private", "tools.iso");
	mkdirSync(join(t.folder, "private"), { mode: 0o700 });
	await writeFile(iso, Buffer.alloc(4096, 7));
	await t.done(t.vms.start({ vm: uuid, paused: false }, "test"));
	await t.done(
		t.vms.change({ vm: uuid, addDisks: [{ sizeBytes: 8 * mebibyte }], addNics: [{ kind: "user" }] }, "test"),
	);
	const grown = await t.vms.get(uuid);
	expect(grown.disks.map(({ target }) => target)).toEqual(["vda", "vdb"]);
	expect(grown.nics).toHaveLength(2);
	await t.done(t.vms.change({ vm: uuid, resizeDisks: [{ target: "vdb", sizeBytes: 16 * mebibyte }] }, "test"));
	expect((await t.vms.get(uuid)).disks[1]?.capacityBytes).toBe(16 * mebibyte);
	const smaller = { vm: uuid, resizeDisks: [{ target: "vdb", sizeBytes: 8 * mebibyte }] };
	expect((await t.ended(t.vms.change(smaller, "test"))).error?.code).toBe("INPUT_INVALID");
	await t.done(t.vms.insertIso({ vm: uuid, path: iso }, "test"));
	expect((await t.vms.get(uuid)).cdroms[0]?.source).toMatch(/\.iso$/);
	await t.done(t.vms.ejectIso({ vm: uuid }, "test"));
	expect((await t.vms.get(uuid)).cdroms[0]?.source).toBeNull();
	await t.done(t.vms.destroy(uuid, "test"));
	const [, second] = grown.nics;
	const removed = { vm: uuid, removeDisks: [{ target: "vdb", deleteFile: true }], removeNics: [second?.mac ?? ""] };
	await t.done(t.vms.change(removed, "test"));
	const shrunk = await t.vms.get(uuid);
	expect([shrunk.disks.length, shrunk.nics.length]).toEqual([1, 1]);
});

test("what is wrong with a request is told before anything is made", async () => {
	const { name } = await make("taken");
	const attempt = (more: object) =>
		t.vms.create(createVmRequest.parse({ name: t.name("bad"), ...small, ...more }), "test");
	await expect(attempt({ name })).rejects.toMatchObject({ code: "NAME_TAKEN" });
	await expect(attempt({ iso: "/nowhere/x.iso" })).rejects.toMatchObject({
		code: "INPUT_INVALID",
		place: "/nowhere/x.iso",
	});
	await expect(attempt({ image: "no-such-disk" })).rejects.toMatchObject({ code: "IMAGE_NOT_FOUND" });
	await expect(attempt({ type: "windows" })).rejects.toMatchObject({ code: "PREFLIGHT_FAILED" });
	await expect(attempt({ memoryBytes: 1024 ** 4 })).rejects.toMatchObject({ code: "PREFLIGHT_FAILED" });
	expect(await virshState(t.name("bad"))).toBeNull();
});

test("a Windows VM gets what its installer checks, and leaves nothing of its firmware and TPM", async () => {
	const iso = join(t.folder, "windows.iso");
	await writeFile(iso, Buffer.alloc(2048, 1));
	const more = { type: "windows", memoryBytes: 4096 * mebibyte, cpus: 2, diskBytes: 64 * 1024 * mebibyte, iso };
	const { uuid, name } = await make("windows", more);
	expect(await t.vms.get(uuid)).toMatchObject({ type: "windows", firmware: "uefi-secure", tpm: true });
	const ways = await t.vms.snapshotWays(uuid);
	expect(ways.find(({ preferred }) => preferred)?.method).toBe("overlay");
	await t.done(t.vms.start({ vm: uuid, paused: true }, "test"));
	await agree();
	await t.done(t.vms.delete({ vm: uuid, deleteDisks: true }, "test"));
	expect(await virshState(name)).toBeNull();
});

async function textUntil(
	channel: { onFrame(listener: (frame: ChannelFrame) => void): void },
	part: string,
): Promise<string> {
	const bytes = await reader(channel).until((all) => all.toString("latin1").includes(part));
	return bytes.toString("latin1");
}

function reader(channel: { onFrame(listener: (frame: ChannelFrame) => void): void }) {
	let all = Buffer.alloc(0);
	const waiting: { enough: (bytes: Buffer) => boolean; resolve: (bytes: Buffer) => void }[] = [];
	channel.onFrame((frame) => {
		if (frame.type !== "stdout") return;
		all = Buffer.concat([all, frame.bytes]);
		for (const { enough, resolve } of waiting) if (enough(all)) resolve(all);
	});
	return {
		until: (enough: (bytes: Buffer) => boolean) =>
			enough(all) ? Promise.resolve(all) : new Promise<Buffer>((resolve) => waiting.push({ enough, resolve })),
	};
}
