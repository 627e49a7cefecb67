import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { Readable } from "node:stream";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
	Affect,
	CreateDomain,
	DefineDomain,
	type Domain,
	isAgentUnresponsive,
	isNoDomain,
	isNoSnapshot,
	isOperationInvalid,
	isUnsupported,
	isVolumeExists,
	type LibvirtConnection,
	OpenConsole,
	type StoragePool,
	type Volume,
} from "./index.ts";
import { hasLibvirtd, isModular, open, startTestDaemon, type TestDaemon } from "./testing/test-daemon.ts";
import { diskXml, guestXml, removeGuest, uniqueName } from "./testing/test-guest.ts";

const agentChannel = "<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>";

/** Collects what is heard until a condition holds. */
class Heard<T> {
	readonly all: T[] = [];
	#wake: (() => void) | null = null;

	readonly hear = (one: T): void => {
		this.all.push(one);
		this.#wake?.();
	};

	async until(condition: (all: T[]) => boolean): Promise<T[]> {
		while (!condition(this.all)) {
			await new Promise<void>((resolve) => {
				this.#wake = resolve;
			});
		}
		return this.all;
	}
}

describe.skipIf(!hasLibvirtd)("a machine", () => {
	let daemon: TestDaemon;
	let libvirt: LibvirtConnection;
	let pool: StoragePool;
	let folder: string;
	const made: Domain[] = [];

	beforeAll(async () => {
		daemon = await startTestDaemon();
		libvirt = await open(daemon);
		const name = uniqueName("pool");
		folder = `${daemon.folder}/${name}`;
		pool = await libvirt.pools.defineXml(
			`<pool type='dir'><name>${name}</name><target><path>${folder}</path></target></pool>`,
		);
		await libvirt.pools.build(pool);
		await libvirt.pools.create(pool);
	});
	afterEach(async () => {
		for (const domain of made.splice(0)) await removeGuest(libvirt, domain);
	});
	afterAll(async () => {
		for (const volume of await libvirt.pools.volumes(pool)) await libvirt.volumes.delete(volume);
		await libvirt.pools.destroy(pool);
		await libvirt.pools.delete(pool);
		await libvirt.pools.undefine(pool);
		libvirt.close();
		await daemon.stop();
	});

	async function define(what: string, devices = ""): Promise<Domain> {
		const domain = await libvirt.domains.defineXml(guestXml(uniqueName(what), devices), DefineDomain.validate);
		made.push(domain);
		return domain;
	}

	async function createVolume(name: string, sizeMiB = 8, format = "qcow2"): Promise<Volume> {
		return libvirt.volumes.create(
			pool,
			`<volume><name>${name}</name><capacity unit='MiB'>${sizeMiB}</capacity><target><format type='${format}'/></target></volume>`,
		);
	}

	it("goes through its life, and every step is told", async () => {
		const heard = new Heard<string>();
		const stop = await libvirt.events.on("domainLifecycle", ({ domain, event }) => {
			if (made.some(({ uuid }) => uuid === domain.uuid)) heard.hear(event);
		});
		const domain = await define("life");
		const started = await libvirt.domains.create(domain);
		expect(started.id).toBeGreaterThan(0);
		await libvirt.domains.suspend(domain);
		expect((await libvirt.domains.state(domain)).state).toBe("paused");
		await libvirt.domains.resume(domain);
		await libvirt.domains.reset(domain);
		await expect(libvirt.domains.create(domain)).rejects.toSatisfy(isOperationInvalid);
		await libvirt.domains.destroy(domain);
		await heard.until((all) => all.includes("stopped"));
		// Around a start and a stop there are more of them, by the version.
		const steps = heard.all.slice(heard.all.indexOf("started")).filter((event) => event !== "shutdown");
		expect(steps).toEqual(["started", "suspended", "resumed", "stopped"]);
		await libvirt.domains.undefine(domain);
		await heard.until((all) => all.includes("undefined"));
		await expect(libvirt.domains.info(domain)).rejects.toSatisfy(isNoDomain);
		await stop();
	});

	it("loses nothing of its console from the first byte on, and shows its screen", async () => {
		const domain = await define("console");
		await libvirt.domains.create(domain, CreateDomain.paused);
		const console = await libvirt.consoles.console(domain);
		const heard = new Heard<string>();
		console.setEncoding("utf8").on("data", heard.hear);
		const over = Promise.allSettled([once(console, "close")]);
		await expect(libvirt.consoles.console(domain)).rejects.toThrow("Active console session");
		await libvirt.domains.resume(domain);
		await heard.until((all) => all.join("").includes("Boot failed"));
		expect(heard.all.join("")).toMatch(/^\S*.*SeaBIOS \(version/);

		const picture = await libvirt.consoles.screenshot(domain);
		const bytes = Buffer.concat(await picture.stream.toArray());
		if (picture.mime === "image/png") expect(bytes.subarray(1, 4).toString()).toBe("PNG");
		expect(bytes.length).toBeGreaterThan(1000);

		console.on("error", (error) => expect(error.message).toContain("stream"));
		const taken = await libvirt.consoles.console(domain, null, OpenConsole.force);
		await over;
		taken.destroy();
		await once(taken, "close");
		const ended = await libvirt.consoles.console(domain);
		ended.resume();
		const closed = Promise.allSettled([once(ended, "close")]);
		await libvirt.domains.destroy(domain);
		await closed;
	});

	it("answers QEMU's monitor, and says that it has no agent", async () => {
		const domain = await define("monitor", agentChannel);
		await libvirt.domains.create(domain);
		expect(JSON.parse(await libvirt.qemu.monitorCommand(domain, '{"execute":"query-status"}')).return.running).toBe(
			true,
		);
		await expect(libvirt.guests.agentCommand(domain, '{"execute":"guest-ping"}')).rejects.toSatisfy(
			isAgentUnresponsive,
		);
		await expect(libvirt.guests.fsFreeze(domain)).rejects.toSatisfy(isAgentUnresponsive);
		await expect(libvirt.guests.info(domain)).rejects.toSatisfy(isAgentUnresponsive);
		expect((await libvirt.domains.messages(domain)).join()).toContain("monitor");
		const stats = await libvirt.domains.stats([domain]);
		expect(stats[0]?.values["state.state"]).toBe(1);
	});

	it("is changed and described", async () => {
		const domain = await define("change");
		await libvirt.domains.setVcpus(domain, 1, Affect.config);
		await libvirt.domains.setMemory(domain, 32 * 1024, Affect.config);
		expect(await libvirt.domains.info(domain)).toMatchObject({ memoryKiB: 32 * 1024, vcpus: 1, state: "shutoff" });
		const title = "quotes \"' <tags> & 🐙 ünïcode";
		await libvirt.domains.setMetadata(domain, "title", title);
		expect(await libvirt.domains.metadata(domain, "title")).toBe(title);
		const uri = "urn:example:owner";
		await libvirt.domains.setMetadata(domain, { uri, prefix: "o" }, "<owner id='1'>x &lt; y</owner>");
		expect(await libvirt.domains.metadata(domain, { uri })).toContain("x &lt; y");
		await libvirt.domains.setMetadata(domain, { uri, prefix: "o" }, null);
		expect(await libvirt.domains.metadata(domain, { uri })).toBeNull();
		await libvirt.domains.setAutostart(domain, true);
		expect(await libvirt.domains.autostart(domain)).toBe(true);
		await libvirt.domains.setAutostart(domain, false);
		const name = uniqueName("renamed");
		await libvirt.domains.rename(domain, name);
		expect((await libvirt.domains.lookupByUuid(domain.uuid)).name).toBe(name);
	});

	it("takes a disk while it runs, grows it and gives it back", async () => {
		const volume = await createVolume("extra.qcow2");
		const domain = await define("disk", "<controller type='scsi' model='virtio-scsi'/>");
		await libvirt.domains.create(domain);
		const xml = diskXml(await libvirt.volumes.path(volume))
			.replace("virtio", "scsi")
			.replace("vda", "sda");
		await libvirt.domains.attachDevice(domain, xml, Affect.live);
		expect((await libvirt.blocks.info(domain, "sda")).capacity).toBe(8 * 1024 * 1024);
		await libvirt.blocks.resize(domain, "sda", 16 * 1024 * 1024);
		expect((await libvirt.blocks.info(domain, "sda")).capacity).toBe(16 * 1024 * 1024);
		const removed = new Heard<string>();
		const stop = await libvirt.events.on("domainDeviceRemoved", ({ device }) => removed.hear(device));
		await libvirt.domains.detachDevice(domain, xml, Affect.live);
		expect((await removed.until((all) => all.length > 0))[0]).toMatch(/^scsi/);
		await stop();
		await libvirt.volumes.delete(volume);
	});

	it("is saved as a snapshot with its memory, and goes back to it", async () => {
		const volume = await createVolume("snapshot.qcow2");
		const domain = await define("snapshot", diskXml(await libvirt.volumes.path(volume)));
		await libvirt.domains.create(domain);
		const first = await libvirt.snapshots.create(domain, "<domainsnapshot><name>first</name></domainsnapshot>");
		const second = await libvirt.snapshots.create(domain, "<domainsnapshot><name>second</name></domainsnapshot>");
		expect((await libvirt.snapshots.list(domain)).map(({ name }) => name).sort()).toEqual(["first", "second"]);
		expect((await libvirt.snapshots.parent(second)).name).toBe("first");
		expect((await libvirt.snapshots.children(first)).map(({ name }) => name)).toEqual(["second"]);
		await expect(libvirt.snapshots.parent(first)).rejects.toSatisfy(isNoSnapshot);
		await libvirt.domains.suspend(domain);
		await libvirt.snapshots.revert(first);
		expect((await libvirt.domains.state(domain)).state).toBe("running");
		expect(await libvirt.snapshots.isCurrent(first)).toBe(true);
		await libvirt.snapshots.delete(second);
		await libvirt.snapshots.delete(first);
		expect(await libvirt.snapshots.current(domain)).toBeNull();
	});

	it("has a disk merged into what it stands on, while it runs", async () => {
		const base = await createVolume("base.qcow2");
		const basePath = await libvirt.volumes.path(base);
		const domain = await define("commit", diskXml(basePath));
		await libvirt.domains.create(domain);
		const overlay = `${folder}/overlay.qcow2`;
		const xml = `<domainsnapshot><disks><disk name='vda' snapshot='external'><source file='${overlay}'/></disk></disks></domainsnapshot>`;
		await libvirt.snapshots.create(domain, xml, 16 | 4);
		const jobs = new Heard<string>();
		const stop = await libvirt.events.on("domainBlockJob", ({ disk, type, status }) =>
			jobs.hear(`${disk} ${type} ${status}`),
		);
		await libvirt.blocks.commit(domain, "vda", {}, 4);
		await jobs.until((all) => all.includes("vda active-commit ready"));
		expect(await libvirt.blocks.job(domain, "vda")).toMatchObject({ type: "active-commit" });
		await libvirt.blocks.abortJob(domain, "vda", 2);
		await jobs.until((all) => all.includes("vda active-commit completed"));
		expect(await libvirt.domains.xml(domain)).toContain(`file='${basePath}'`);
		await stop();
		await libvirt.pools.refresh(pool);
	});

	it("is saved to disk and goes on from there", async () => {
		const domain = await define("save");
		await libvirt.domains.create(domain);
		await libvirt.domains.managedSave(domain);
		expect(await libvirt.domains.hasManagedSave(domain)).toBe(true);
		expect((await libvirt.domains.state(domain)).state).toBe("shutoff");
		await libvirt.domains.create(domain);
		expect(await libvirt.domains.hasManagedSave(domain)).toBe(false);
	});

	it("says what this libvirt cannot do", async (context) => {
		context.skip(isModular, "modular daemons do not know libvirt's test driver");
		const test = await open(daemon, "test:///default");
		const domain = await test.domains.lookupByName("test");
		await expect(test.guests.agentCommand(domain, "{}")).rejects.toSatisfy(isUnsupported);
		await expect(test.blocks.commit(domain, "vda")).rejects.toSatisfy(isUnsupported);
		test.close();
	});

	describe("volumes", () => {
		it("come back as they were sent, whole and in part", async () => {
			const size = 20 * 1024 * 1024 + 123;
			const bytes = randomBytes(size);
			const volume = await createVolume("transfer.raw", 24, "raw");
			const progress: number[] = [];
			const source = Readable.from(pieces(bytes, 70_000));
			await libvirt.volumes.upload(volume, source, { length: size, onProgress: (sent) => progress.push(sent) });
			expect(progress.at(-1)).toBe(size);
			let received = 0;
			const download = await libvirt.volumes.download(volume, {
				length: size,
				onProgress: (so) => {
					received = so;
				},
			});
			const hash = createHash("sha256");
			for await (const part of download) hash.update(part);
			expect(hash.digest("hex")).toBe(createHash("sha256").update(bytes).digest("hex"));
			expect(received).toBe(size);
			const part = await (await libvirt.volumes.download(volume, { offset: 1000, length: 5000 })).toArray();
			expect(Buffer.concat(part).equals(bytes.subarray(1000, 6000))).toBe(true);
		});

		it("refuse what does not match what was announced, and can be given up", async () => {
			const volume = await createVolume("given-up.raw", 64, "raw");
			await expect(libvirt.volumes.upload(volume, [Buffer.alloc(10)], { length: 20 })).rejects.toThrow("10 bytes");
			await expect(libvirt.volumes.upload(volume, [Buffer.alloc(30)], { length: 20 })).rejects.toThrow("more than");
			const given = new AbortController();
			const endless = (function* (): Generator<Buffer> {
				for (;;) yield Buffer.alloc(65_536);
			})();
			const upload = libvirt.volumes.upload(volume, endless, {
				signal: given.signal,
				onProgress: (sent) => {
					if (sent > 1_000_000) given.abort(new Error("enough"));
				},
			});
			await expect(upload).rejects.toThrow();
			const half = await libvirt.volumes.download(volume);
			await once(half, "readable");
			half.destroy();
			expect((await libvirt.volumes.info(volume)).type).toBe("file");
		});

		it("are linked, copied and grown", async () => {
			const base = await createVolume("origin.qcow2");
			await expect(createVolume("origin.qcow2")).rejects.toSatisfy(isVolumeExists);
			const path = await libvirt.volumes.path(base);
			const clone = await libvirt.volumes.create(
				pool,
				`<volume><name>clone.qcow2</name><capacity unit='MiB'>8</capacity><target><format type='qcow2'/></target>
				<backingStore><path>${path}</path><format type='qcow2'/></backingStore></volume>`,
			);
			expect(await libvirt.volumes.xml(clone)).toContain(`<path>${path}</path>`);
			const copy = await libvirt.volumes.createFrom(
				pool,
				"<volume><name>copy.qcow2</name><capacity unit='MiB'>8</capacity><target><format type='qcow2'/></target></volume>",
				base,
			);
			await libvirt.volumes.resize(copy, 32 * 1024 * 1024);
			expect((await libvirt.volumes.info(copy)).capacity).toBe(32 * 1024 * 1024);
		});
	});
});

function* pieces(bytes: Buffer, size: number): Generator<Buffer> {
	for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
