import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
	AddressSource,
	CreateDomain,
	type Domain,
	DomainXml,
	type LibvirtConnection,
	LibvirtError,
	ListDomains,
	Stats,
	type StoragePool,
} from "./index.ts";
import { RecordingProxy } from "./testing/recording-proxy.ts";
import { hasLibvirtd, isModular, open, startTestDaemon, type TestDaemon } from "./testing/test-daemon.ts";
import { diskXml, guestXml, removeGuest, uniqueName } from "./testing/test-guest.ts";
import { understand } from "./testing/understand-packet.ts";
import { VirshShell, virsh } from "./testing/virsh.ts";

/** The second column of "name: value" and "name  value" lines. */
function fields(text: string): Record<string, string> {
	return Object.fromEntries(
		text
			.split("\n")
			.map((line) => /^(.*?)(?::\s*|\s{2,})(.*)$/.exec(line.trim()))
			.filter((match) => match !== null)
			.map(([, name = "", value = ""]) => [name, value.trim()]),
	);
}

const lines = (text: string): string[] =>
	text
		.split("\n")
		.map((line) => line.trim())
		.filter(Boolean)
		.sort();

/** Looking at a volume is an access to it. */
const withoutAccessTime = (xml: string): string => xml.replace(/<atime>.*<\/atime>/, "").trim();

/** Every read call against virsh on the same socket. virsh speaks through a proxy, whose every packet must be understood as well. */
function agreesWithVirsh(daemonOf: () => TestDaemon, uriOf: () => string): void {
	let libvirt: LibvirtConnection;
	let proxy: RecordingProxy;
	let shell: VirshShell;
	const ask = (...args: string[]): Promise<string> => shell.ask(...args);

	beforeAll(async () => {
		proxy = await RecordingProxy.start(daemonOf().socketPath);
		shell = new VirshShell(proxy.socketPath, uriOf());
		libvirt = await open(daemonOf(), uriOf());
	});
	afterAll(async () => {
		libvirt.close();
		await shell.close();
		await proxy.stop();
	});

	async function eachDomain(check: (domain: Domain) => Promise<void>): Promise<void> {
		const domains = await libvirt.domains.list();
		expect(domains.length).toBeGreaterThan(0);
		for (const domain of domains) await check(domain);
	}

	it("on the host and the versions", async () => {
		const info = fields(await ask("nodeinfo"));
		const node = await libvirt.node.info();
		expect(node.model).toBe(info["CPU model"]);
		expect([node.cpus, node.sockets, node.cores, node.threads].map(String)).toEqual([
			info["CPU(s)"],
			info["CPU socket(s)"],
			info["Core(s) per socket"],
			info["Thread(s) per core"],
		]);
		expect(`${node.memoryKiB} KiB`).toBe(info["Memory size"]);
		expect(await libvirt.node.hostname()).toBe(await ask("hostname"));
		expect(await ask("uri")).toContain((await libvirt.node.uri()).split("://")[1]);
		expect(await ask("version", "--daemon")).toContain(`daemon: ${await libvirt.node.libvirtVersion()}`);
		expect(await ask("capabilities")).toBe((await libvirt.node.capabilities()).trim());
		expect(await libvirt.node.freeMemoryBytes()).toBeGreaterThan(0);
	});

	it("on the list of domains and how they are looked up", async () => {
		expect((await libvirt.domains.list()).map(({ name }) => name).sort()).toEqual(
			lines(await ask("list", "--all", "--name")),
		);
		expect((await libvirt.domains.list()).map(({ uuid }) => uuid).sort()).toEqual(
			lines(await ask("list", "--all", "--uuid")),
		);
		await eachDomain(async (domain) => {
			expect(await libvirt.domains.lookupByName(domain.name)).toEqual(domain);
			expect(await libvirt.domains.lookupByUuid(domain.uuid)).toEqual(domain);
			if (domain.id > 0) expect(await libvirt.domains.lookupById(domain.id)).toEqual(domain);
		});
	});

	it("on what each domain is", async () => {
		await eachDomain(async (domain) => {
			const told = fields(await ask("dominfo", domain.uuid));
			const info = await libvirt.domains.info(domain);
			const state = await libvirt.domains.state(domain);
			expect(told.State?.replace("shut off", "shutoff")).toBe(info.state);
			expect(state.state).toBe(info.state);
			expect([told["CPU(s)"], told["Max memory"], told["Used memory"]]).toEqual([
				String(info.vcpus),
				`${info.maxMemoryKiB} KiB`,
				`${info.memoryKiB} KiB`,
			]);
			expect(told.Persistent).toBe((await libvirt.domains.isPersistent(domain)) ? "yes" : "no");
			expect(told.Autostart).toBe((await libvirt.domains.autostart(domain)) ? "enable" : "disable");
			expect(told["Managed save"]).toBe((await libvirt.domains.hasManagedSave(domain)) ? "yes" : "no");
			expect(await libvirt.domains.isActive(domain)).toBe(domain.id >= 0);
		});
	});

	it("on each domain's XML", async () => {
		await eachDomain(async (domain) => {
			expect((await libvirt.domains.xml(domain)).trim()).toBe(await ask("dumpxml", domain.uuid));
			expect((await libvirt.domains.xml(domain, DomainXml.inactive | DomainXml.secure)).trim()).toBe(
				await ask("dumpxml", domain.uuid, "--inactive", "--security-info"),
			);
		});
	});

	it("on title and description", async () => {
		await eachDomain(async (domain) => {
			const title = await libvirt.domains.metadata(domain, "title");
			const told = await ask("desc", domain.uuid, "--title");
			expect(told).toBe(title ?? "");
			expect(await libvirt.domains.metadata(domain, { uri: "urn:nobody" })).toBeNull();
		});
	});

	it("on the names of the statistics", async () => {
		const told = (await ask("domstats", "--state", "--vcpu", "--balloon"))
			.split("\n")
			.filter((line) => line.startsWith("  "));
		const stats = await libvirt.domains.stats([], Stats.state | Stats.vcpu | Stats.balloon);
		const names = stats.flatMap(({ values }) => Object.keys(values));
		expect(names.sort()).toEqual(told.map((line) => line.trim().split("=")[0] ?? "").sort());
		expect(stats.map(({ domain }) => domain.name).sort()).toEqual(
			(await libvirt.domains.list()).map(({ name }) => name).sort(),
		);
	});

	it("on pools and volumes", async () => {
		const pools = await libvirt.pools.list();
		expect(pools.map(({ name }) => name).sort()).toEqual(lines(await ask("pool-list", "--all", "--name")));
		for (const pool of pools) {
			expect(await libvirt.pools.lookupByName(pool.name)).toEqual(pool);
			expect(await libvirt.pools.lookupByUuid(pool.uuid)).toEqual(pool);
			expect((await libvirt.pools.xml(pool)).trim()).toBe(await ask("pool-dumpxml", pool.name));
			const told = fields(await ask("pool-info", "--bytes", pool.name));
			const info = await libvirt.pools.info(pool);
			expect(told.State).toBe(info.state);
			expect(told.Autostart).toBe((await libvirt.pools.autostart(pool)) ? "yes" : "no");
			if (info.state !== "running") continue;
			expect(told.Capacity).toBe(String(info.capacity));
			await agreesOnVolumes(pool);
		}
	});

	async function agreesOnVolumes(pool: StoragePool): Promise<void> {
		const volumes = await libvirt.pools.volumes(pool);
		const told = (await ask("vol-list", pool.name)).split("\n").filter((line) => line.trim());
		expect(volumes).toHaveLength(told.length);
		for (const volume of volumes) {
			expect(await libvirt.volumes.path(volume)).toBe(await ask("vol-path", volume.name, "--pool", pool.name));
			expect(withoutAccessTime(await libvirt.volumes.xml(volume))).toBe(
				withoutAccessTime(await ask("vol-dumpxml", volume.name, "--pool", pool.name)),
			);
			const info = await libvirt.volumes.info(volume);
			const of = fields(await ask("vol-info", volume.name, "--pool", pool.name, "--bytes"));
			expect([of.Type, of.Capacity, of.Allocation]).toEqual([
				info.type,
				`${info.capacity} bytes`,
				`${info.allocation} bytes`,
			]);
			expect(await libvirt.volumes.lookupByName(pool, volume.name)).toEqual(volume);
			expect(await libvirt.volumes.lookupByKey(volume.key)).toEqual(volume);
			expect(await libvirt.volumes.lookupByPath(await libvirt.volumes.path(volume))).toEqual(volume);
			expect(await libvirt.pools.lookupByVolume(volume)).toEqual(pool);
		}
	}

	it("on networks", async () => {
		const networks = await libvirt.networks.list();
		expect(networks.map(({ name }) => name).sort()).toEqual(lines(await ask("net-list", "--all", "--name")));
		for (const network of networks) {
			const told = fields(await ask("net-info", network.name));
			expect(told.UUID).toBe(network.uuid);
			expect(told.Active).toBe((await libvirt.networks.isActive(network)) ? "yes" : "no");
			expect(told.Autostart).toBe((await libvirt.networks.autostart(network)) ? "yes" : "no");
			expect(await libvirt.networks.lookupByUuid(network.uuid)).toEqual(network);
			expect((await libvirt.networks.xml(network)).trim()).toBe(await ask("net-dumpxml", network.name));
		}
	});

	it("on host devices", async () => {
		const devices = await libvirt.node.devices();
		// virsh always asks for a flag that the test driver of some versions does not know.
		if (!uriOf().startsWith("test:")) expect(devices.sort()).toEqual(lines(await ask("nodedev-list")));
		for (const device of devices.slice(0, 3)) {
			expect((await libvirt.node.deviceXml(device)).trim()).toBe(await ask("nodedev-dumpxml", device));
		}
	});

	it("on snapshots", async () => {
		await eachDomain(async (domain) => {
			const snapshots = await libvirt.snapshots.list(domain);
			expect(snapshots.map(({ name }) => name).sort()).toEqual(
				lines(await ask("snapshot-list", domain.uuid, "--name")),
			);
			for (const snapshot of snapshots) {
				expect((await libvirt.snapshots.xml(snapshot)).trim()).toBe(
					await ask("snapshot-dumpxml", domain.uuid, snapshot.name),
				);
			}
			const current = await libvirt.snapshots.current(domain);
			if (current) expect(await ask("snapshot-current", domain.uuid, "--name")).toBe(current.name);
		});
	});

	it("on what cannot be done, in the same words", async () => {
		// Of one that is off, the tool asks for what only a running one has.
		const [domain] = await libvirt.domains.list(ListDomains.active);
		if (!domain) throw new Error("No domain runs.");
		const wrong: [() => Promise<unknown>, string[]][] = [
			[() => libvirt.networks.lookupByName("there-is-none"), ["net-info", "there-is-none"]],
			[() => libvirt.snapshots.lookupByName(domain, "none"), ["snapshot-dumpxml", domain.uuid, "none"]],
			[() => libvirt.domains.setVcpus(domain, 1000), ["setvcpus", domain.uuid, "1000"]],
		];
		for (const [call, args] of wrong) {
			const mine: unknown = await call().catch((error) => error);
			const theirs: { stderr: string } = await virsh(proxy.socketPath, uriOf(), ...args).catch((error) => error);
			if (!(mine instanceof LibvirtError)) throw mine;
			expect(theirs.stderr).toContain(mine.message);
		}
		await expect(libvirt.domains.defineXml("<domain/>")).rejects.toBeInstanceOf(LibvirtError);
	});

	it("to the last byte: every packet of virsh and of the daemon is understood, and written the same", () => {
		let understood = 0;
		for (const packet of proxy.packets) {
			const { name, again } = understand(packet);
			if (name === null) continue;
			understood++;
			if (again) expect(again.equals(packet.payload), name).toBe(true);
		}
		expect(understood).toBeGreaterThan(100);
	});
}

describe.skipIf(!hasLibvirtd)("this client agrees with virsh", () => {
	let daemon: TestDaemon;

	beforeAll(async () => {
		daemon = await startTestDaemon();
	});
	afterAll(() => daemon.stop());

	describe.skipIf(isModular)("about libvirt's test driver", () => {
		let holder: LibvirtConnection;
		beforeAll(async () => {
			// The driver forgets everything with its last client.
			holder = await open(daemon, "test:///default");
			const domain = await holder.domains.lookupByName("test");
			await holder.domains.setMetadata(domain, "title", "A title with ümläuts & <marks>");
			await holder.snapshots.create(domain, "<domainsnapshot><name>first &amp; only</name></domainsnapshot>");
			const pool = await holder.pools.lookupByName("default-pool");
			await holder.volumes.create(pool, "<volume><name>v</name><capacity>1048576</capacity></volume>");
		});
		afterAll(() => holder.close());
		agreesWithVirsh(
			() => daemon,
			() => "test:///default",
		);
	});

	describe("about QEMU", () => {
		let holder: LibvirtConnection;
		let pool: StoragePool;
		const domains: Domain[] = [];
		const target = uniqueName("differential");

		beforeAll(async () => {
			holder = await open(daemon);
			const folder = `${daemon.folder}/${target}`;
			pool = await holder.pools.defineXml(
				`<pool type='dir'><name>${target}</name><target><path>${folder}</path></target></pool>`,
			);
			await holder.pools.build(pool);
			await holder.pools.create(pool);
			await holder.volumes.create(
				pool,
				"<volume><name>disk.qcow2</name><capacity unit='MiB'>16</capacity><target><format type='qcow2'/></target></volume>",
			);
			const off = await holder.domains.defineXml(guestXml(`${target}-off`));
			const running = await holder.domains.defineXml(guestXml(`${target}-on`, diskXml(`${folder}/disk.qcow2`)));
			domains.push(off, await holder.domains.create(running, CreateDomain.paused));
			// Of the name QEMU makes the id of a job, so newer ones take no blank in it.
			const description = "<description>first &amp; only</description>";
			await holder.snapshots.create(running, `<domainsnapshot><name>one</name>${description}</domainsnapshot>`);
		});
		afterAll(async () => {
			for (const domain of domains) await removeGuest(holder, domain);
			for (const volume of await holder.pools.volumes(pool)) await holder.volumes.delete(volume);
			await holder.pools.destroy(pool);
			await holder.pools.delete(pool);
			await holder.pools.undefine(pool);
			holder.close();
		});

		agreesWithVirsh(
			() => daemon,
			() => daemon.uri,
		);

		it("on what QEMU can do", async () => {
			expect((await holder.node.domainCapabilities({ virtType: "qemu", arch: "x86_64", machine: "q35" })).trim()).toBe(
				await virsh(
					daemon.socketPath,
					daemon.uri,
					"domcapabilities",
					"--virttype",
					"qemu",
					"--arch",
					"x86_64",
					"--machine",
					"q35",
				),
			);
		});

		it("on disks and memory of the running machine", async () => {
			const [, running] = domains;
			if (!running) throw new Error("No machine runs.");
			const told = fields(await virsh(daemon.socketPath, daemon.uri, "domblkinfo", running.uuid, "vda"));
			const info = await holder.blocks.info(running, "vda");
			expect([told.Capacity, told.Allocation, told.Physical]).toEqual(
				[info.capacity, info.allocation, info.physical].map(String),
			);
			const memory = await virsh(daemon.socketPath, daemon.uri, "dommemstat", running.uuid);
			expect((await holder.domains.memoryStats(running)).length).toBe(lines(memory).length);
			expect(await holder.blocks.job(running, "vda")).toBeNull();
			expect(await holder.domains.interfaceAddresses(running, AddressSource.lease)).toEqual([]);
		});
	});
});

const systemSocket = "/run/libvirt/libvirt-sock";
describe.skipIf(!hasLibvirtd || !existsSync(systemSocket) || process.env.HOMERANGE_LIBVIRT_SOCKET)(
	"this client and the system's daemon",
	() => {
		it("agree on what is there", async () => {
			const libvirt = await open({
				socketPath: systemSocket,
				uri: "qemu:///system",
				folder: "",
				stop: () => Promise.resolve(),
			});
			const names = (await libvirt.pools.list()).map(({ name }) => name).sort();
			expect(names).toEqual(lines(await virsh(systemSocket, "qemu:///system", "pool-list", "--all", "--name")));
			expect(await virsh(systemSocket, "qemu:///system", "version", "--daemon")).toContain(
				await libvirt.node.libvirtVersion(),
			);
			libvirt.close();
		});
	},
);
