import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readOwner } from "../owner.ts";
import { describeDomain } from "./describe-domain.ts";
import { describeSnapshot } from "./describe-snapshot.ts";
import { describePool, describeVolume } from "./describe-storage.ts";

const foreign = readFileSync(join(import.meta.dirname, "..", "testing", "domains", "foreign.xml"), "utf8");

describe("a domain of another tool", () => {
	const described = describeDomain(foreign);

	test("its own properties", () => {
		expect(described).toMatchObject({
			problem: null,
			name: 'win "10" <old>',
			title: "Old box",
			description: "made by\nanother tool",
			virtType: "kvm",
			machine: "pc-i440fx-6.2",
			firmware: "efi-secure",
			nvramPath: "/var/lib/libvirt/qemu/nvram/win_VARS.fd",
			memoryBytes: 8 * 1024 ** 3,
			currentMemoryBytes: 4 * 1024 ** 3,
			vcpus: 4,
			currentVcpus: 2,
			cpuMode: "host-passthrough",
			video: "qxl",
			tpm: { model: "tpm-tis", backend: "passthrough", version: null },
			hasQemuArguments: true,
		});
	});

	test("is not ours, though another namespace has an element of that name", () => {
		expect(described.owner).toBeNull();
		expect(readOwner(foreign)).toBeNull();
	});

	test("disks of every kind, with what they stand on", () => {
		expect(described.disks.map(({ kind, path, target, bus }) => [kind, path, target, bus])).toEqual([
			["file", "/pool/over.qcow2", "vda", "virtio"],
			["volume", null, "sdb", "scsi"],
			["network", "pool/image", "sdc", "scsi"],
			["file", null, "hdc", "ide"],
		]);
		expect(described.disks[0]?.backing).toEqual([
			{ path: "/pool/base.qcow2", format: "qcow2" },
			{ path: "/dev/vg/root", format: "raw" },
		]);
		expect(described.disks[1]).toMatchObject({ volume: { pool: "default", name: "extra.img" }, isReadonly: true });
	});

	test("cards, screens, ports, channels and devices", () => {
		expect(described.nics).toMatchObject([
			{ kind: "network", source: "default", mac: "52:54:00:ab:cd:ef", target: "vnet3", isConnected: false },
			{ kind: "direct", source: "eno1", target: null, isConnected: true },
		]);
		expect(described.graphics).toEqual([
			{ kind: "spice", socket: null, port: 5901, listen: "127.0.0.1" },
			{ kind: "vnc", socket: null, port: null, listen: null },
		]);
		expect(described.serials).toMatchObject([
			{ kind: "pty", path: "/dev/pts/4", logPath: "/var/log/win.log", port: 0 },
			{ kind: "pty", path: "/dev/pts/5", logPath: null, port: 1 },
		]);
		expect(described.channels).toMatchObject([
			{ name: "org.qemu.guest_agent.0", isConnected: true },
			{ name: "com.redhat.spice.0", isConnected: null },
		]);
		expect(described.hostdevs).toMatchObject([
			{ kind: "pci", address: { domain: 0, bus: 10, slot: 31, function: 3 } },
			{ kind: "usb", address: null },
		]);
		expect(JSON.stringify(described)).not.toContain("secret");
	});
});

describe("XML that is not understood", () => {
	test("gives a problem and an empty description", () => {
		for (const xml of ["", "no XML", "<domain>", "<!DOCTYPE a><domain/>", "<network/>"]) {
			expect(describeDomain(xml)).toMatchObject({ problem: expect.any(String), name: null, disks: [] });
		}
	});

	test("an empty domain, and one whose numbers are nonsense, are described as far as it goes", () => {
		expect(describeDomain("<domain/>")).toMatchObject({ problem: null, name: null, memoryBytes: null, firmware: null });
		const odd =
			"<domain><memory unit='parsec'>1</memory><vcpu>many</vcpu><devices><disk/><interface/><hostdev/></devices></domain>";
		expect(describeDomain(odd)).toMatchObject({ problem: null, memoryBytes: null, vcpus: null });
	});

	test("a list without end is cut, and a long text too", () => {
		const disks = "<disk><target dev='vda'/></disk>".repeat(1000);
		const described = describeDomain(
			`<domain><title>${"x".repeat(10_000)}</title><devices>${disks}</devices></domain>`,
		);
		expect(described.disks).toHaveLength(256);
		expect(described.title).toHaveLength(4096);
	});

	test("nothing that is done to a domain's text makes reading it fail", { timeout: 30_000 }, () => {
		fc.assert(
			fc.property(fc.nat(foreign.length), fc.nat(40), fc.string({ maxLength: 20 }), (at, length, piece) => {
				const broken = foreign.slice(0, at) + piece + foreign.slice(at + length);
				expect(describeDomain(broken)).toHaveProperty("problem");
				expect(describeSnapshot(broken)).toHaveProperty("problem");
			}),
			{ numRuns: 60 },
		);
	});
});

describe("snapshots and storage", () => {
	const snapshot = (memory: string, disk: string) =>
		describeSnapshot(
			`<domainsnapshot><name>s1</name><state>running</state><parent><name>s0</name></parent><creationTime>1700000000</creationTime>
			<memory snapshot='${memory}'/><disks><disk name='vda' snapshot='${disk}'><source file='/pool/s1.qcow2'/></disk><disk name='hdc' snapshot='no'/></disks>
			<domain><name>vm</name></domain></domainsnapshot>`,
		);

	test("a snapshot tells its place in the tree, and how it was taken", () => {
		expect(snapshot("internal", "internal")).toMatchObject({
			...{ name: "s1", parent: "s0", state: "running", kind: "internal", hasMemory: true },
			createdAt: "2023-11-14T22:13:20.000Z",
			domain: { name: "vm" },
		});
		expect(snapshot("no", "external")).toMatchObject({ kind: "external", hasMemory: false });
		expect(snapshot("external", "internal").kind).toBe("mixed");
		expect(snapshot("no", "no").kind).toBe("none");
		expect(describeSnapshot("<x").problem).toContain("cannot be read");
	});

	test("a linked clone tells what it stands on", () => {
		const volume = `<volume type='file'><name>a.qcow2</name><key>/pool/a.qcow2</key><capacity unit='bytes'>1073741824</capacity>
			<allocation unit='KiB'>200</allocation><target><path>/pool/a.qcow2</path><format type='qcow2'/></target>
			<backingStore><path>/pool/base.raw</path><format type='raw'/></backingStore></volume>`;
		expect(describeVolume(volume)).toEqual({
			...{ name: "a.qcow2", key: "/pool/a.qcow2", path: "/pool/a.qcow2", format: "qcow2" },
			...{ capacityBytes: 1024 ** 3, allocationBytes: 200 * 1024, backing: { path: "/pool/base.raw", format: "raw" } },
		});
		expect(describePool("<pool type='dir'><name>p</name><available unit='bytes'>5</available></pool>")).toMatchObject({
			...{ name: "p", kind: "dir", path: null, availableBytes: 5, capacityBytes: null },
		});
	});
});
