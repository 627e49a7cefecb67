import { describe, expect, test } from "vitest";
import { describeDomain } from "./describe/describe-domain.ts";
import { cdromXml, diskXml, hostdevXml, nextTarget, nicXml, ownerMetadata } from "./device-xml.ts";
import { readOwner } from "./owner.ts";
import { withProcessors } from "./processors.ts";
import { renderDomain } from "./render-domain.ts";
import { poolXml, snapshotXml, volumeXml } from "./storage-xml.ts";
import { domainTemplate } from "./template/load.ts";
import { host } from "./testing/hosts.ts";
import { wishesFor } from "./testing/wishes.ts";
import { attribute, child, parseXml, textAt } from "./xml/parse.ts";

const inDomain = (device: string) => describeDomain(`<domain><devices>${device}</devices></domain>`);

describe("devices by themselves", () => {
	test("a disk takes the first free name of its bus", () => {
		expect(nextTarget("virtio", ["vda", "sda", null, "vdc"])).toBe("vdb");
		expect(nextTarget("scsi", ["sda"])).toBe("sdb");
		const all = [..."abcdefghijklmnopqrstuvwxyz"].map((letter) => `vd${letter}`);
		expect(() => nextTarget("virtio", all)).toThrow("no place for another disk");
	});

	test("a disk, a drive with and without a medium, a card and a device", () => {
		const xml = [
			diskXml({ path: "/a'<&\".qcow2", format: "qcow2", bus: "virtio", serial: "s1" }, "vdb"),
			cdromXml({ path: "/a.iso", bus: "sata", dev: "sda", bootOrder: 2 }),
			cdromXml({ path: null, bus: "ide", dev: "hdc", bootOrder: null }),
			nicXml({ kind: "network", source: "lan", mac: "52:54:00:00:00:01", model: "virtio" }),
			hostdevXml({ domain: 0, bus: 0xa, slot: 0x1f, function: 3 }),
		].join("");
		const { disks, nics, hostdevs } = inDomain(xml);
		expect(disks).toMatchObject([
			{ device: "disk", path: "/a'<&\".qcow2", target: "vdb", serial: "s1" },
			{ device: "cdrom", path: "/a.iso", target: "sda", bootOrder: 2 },
			{ device: "cdrom", path: null, target: "hdc" },
		]);
		expect(nics).toMatchObject([{ kind: "network", source: "lan", model: "virtio" }]);
		expect(hostdevs[0]?.address).toEqual({ domain: 0, bus: 10, slot: 31, function: 3 });
	});

	test("a path that is not absolute and a name that is no disk are refused", () => {
		expect(() => diskXml({ path: "a.qcow2", format: "qcow2", bus: "virtio" }, "vda")).toThrow("absolute path");
		expect(() => diskXml({ path: "/a", format: "qcow2", bus: "virtio" }, "vda' x='")).toThrow("not the name of a disk");
	});

	test("the owner's element has no prefix, which libvirt puts there itself", () => {
		const owner = {
			installation: "i",
			kind: "standalone",
			range: null,
			machine: null,
			template: "linux-basic",
		} as const;
		const { xml, uri } = ownerMetadata(owner);
		expect(xml).toBe('<machine installation="i" kind="standalone" template="linux-basic"/>');
		expect(uri).toBe("https://homerange.dev/libvirt/1");
		expect(readOwner(xml)).toEqual(owner);
	});
});

describe("storage and snapshots", () => {
	test("a linked clone names its base and the base's format", () => {
		const root = parseXml(
			volumeXml({
				name: "a & b.qcow2",
				capacityBytes: 2 ** 30,
				format: "qcow2",
				backing: { path: "/base", format: "raw" },
			}),
			"test",
		);
		expect(textAt(root, "name")).toBe("a & b.qcow2");
		expect(textAt(root, "backingStore", "path")).toBe("/base");
		expect(attribute(child(root, "backingStore", "format"), "type")).toBe("raw");
		expect(attribute(child(root, "target", "format"), "type")).toBe("qcow2");
	});

	test("a raw disk cannot stand on another, and a volume's name is a file's", () => {
		const volume = {
			name: "a",
			capacityBytes: 2 ** 30,
			format: "raw",
			backing: { path: "/base", format: "raw" },
		} as const;
		expect(() => volumeXml(volume)).toThrow("Only a qcow2 disk can stand on another one.");
		expect(() => volumeXml({ ...volume, backing: null, name: "../a" })).toThrow("not the name of a file");
	});

	test("a pool", () => {
		expect(textAt(parseXml(poolXml({ name: "p", path: "/a b", mode: "0711" }), "test"), "target", "path")).toBe("/a b");
	});

	test("a snapshot says for each disk where it goes on", () => {
		const xml = snapshotXml({
			name: "before",
			description: "<b>",
			memory: { kind: "no" },
			disks: [
				{ target: "vda", kind: "external", path: "/pool/over.qcow2" },
				{ target: "sda", kind: "no" },
			],
		});
		const disks = child(parseXml(xml, "test"), "disks")?.children ?? [];
		expect(disks.map((disk) => attribute(disk, "snapshot"))).toEqual(["external", "no"]);
		expect(attribute(child(disks[0], "source"), "file")).toBe("/pool/over.qcow2");
		expect(xml).toContain("&lt;b&gt;");
	});
});

describe("changing the number of processors", () => {
	test.each(["windows11-basic", "linux-basic"])("of %s changes nothing else", (name) => {
		const template = domainTemplate(name);
		const { xml } = renderDomain(template, wishesFor(template), host("kvm"));
		const changed = withProcessors(xml, 6);
		expect(describeDomain(changed)).toEqual({ ...describeDomain(xml), vcpus: 6, currentVcpus: 6 });
		expect(changed.includes('<topology sockets="1" cores="6" threads="1"/>')).toBe(name === "windows11-basic");
		expect(changed.split("\n")).toHaveLength(xml.split("\n").length);
	});

	test("libvirt's own spelling, with quotes of the other kind and more attributes", () => {
		const xml =
			"<domain>\n  <vcpu placement='static' current='1'>2</vcpu>\n  <cpu mode='maximum' check='none'>\n" +
			"    <topology sockets='1' dies='1' cores='2' threads='1'/>\n  </cpu>\n</domain>";
		expect(withProcessors(xml, 3)).toContain("<vcpu placement='static'>3</vcpu>");
		expect(withProcessors(xml, 3)).toContain("<topology sockets='1' dies='1' cores='3' threads='1'/>");
	});

	test("a domain that is written in another way is left alone", () => {
		expect(() => withProcessors("<domain><vcpu>2</vcpu></domain>", 3)).toThrow("cannot be changed");
		const twoSockets =
			"<domain>\n  <vcpu>2</vcpu>\n  <cpu>\n    <topology sockets='2' cores='1' threads='1'/>\n  </cpu>\n</domain>";
		expect(() => withProcessors(twoSockets, 3)).toThrow("cannot be changed");
	});
});
