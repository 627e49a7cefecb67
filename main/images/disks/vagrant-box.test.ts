import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { recognize } from "../recognize.ts";
import { dockerEntries, type TestEntry, tarOf, testImage } from "../testing/archives.ts";
import { unpackBox } from "./vagrant-box.ts";

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "hr-box-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string) => join(folder, name);

/** A disk by its header alone: what these tests look at needs no QEMU. */
function qcow2(more: (header: Buffer) => void = () => undefined): Buffer {
	const header = Buffer.alloc(64 * 1024);
	header.write("QFI\xfb", 0, "latin1");
	header.writeUInt32BE(3, 4);
	header.writeUInt32BE(16, 20);
	header.writeBigUInt64BE(8n * 1024n * 1024n, 24);
	header.writeUInt32BE(104, 100);
	more(header);
	return header;
}

async function box(entries: readonly TestEntry[], packed = true): Promise<string> {
	const bytes = await tarOf(entries);
	writeFileSync(at("a.box"), packed ? gzipSync(bytes) : bytes);
	return at("a.box");
}
const unpack = async (path: string) => await unpackBox(path, { folder: mkdtempSync(at("staged-")) });
const json = (value: object): TestEntry => ({ name: "metadata.json", body: JSON.stringify(value) });
const vagrantfile = { name: "Vagrantfile", body: "system('touch /tmp/never')" };
const libvirt = { provider: "libvirt", format: "qcow2", virtual_size: 1 };

describe("a Vagrant box", () => {
	test.each([true, false])(
		"is known by its first file, packed (%s) or not, whatever the file is called",
		async (packed) => {
			const disk = { name: "box.img", body: qcow2() };
			for (const entries of [
				[json(libvirt), vagrantfile, disk],
				[{ name: "./", type: "directory" as const }, { name: "./box.img", body: qcow2() }, json(libvirt)],
				[vagrantfile, disk, json(libvirt)],
			]) {
				expect((await recognize(await box(entries, packed))).kind).toBe("box");
			}
		},
	);

	test("is not taken for one when it holds container images", async () => {
		const entries = dockerEntries(await testImage(), ["a:1"]);
		expect((await recognize(await box(entries))).kind).toBe("archive");
		expect((await recognize(await box(entries, false))).kind).toBe("archive");
	});

	test("gives its disk: by the fixed name, or by the name that its metadata says", async () => {
		const first = await unpack(await box([json(libvirt), { name: "box.img", body: qcow2() }]));
		expect(first.format).toBe("qcow2");
		expect(readFileSync(first.path).equals(qcow2())).toBe(true);
		const named = { ...libvirt, disks: [{ path: "./box_0.img", format: "qcow2" }] };
		expect((await unpack(await box([json(named), { name: "box_0.img", body: qcow2() }]))).format).toBe("qcow2");
	});

	test("of a raw disk is taken by its name", async () => {
		const raw = { provider: "libvirt", format: "raw" };
		expect((await unpack(await box([json(raw), { name: "box.img", body: Buffer.alloc(1024) }]))).format).toBe("raw");
	});
});

describe("a box that is refused", () => {
	const disk = { name: "box.img", body: qcow2() };
	const leading = qcow2((header) => {
		header.writeBigUInt64BE(200n, 8);
		header.writeUInt32BE(11, 16);
		header.write("/etc/shadow", 200, "latin1");
	});

	test.each<[string, TestEntry[], string]>([
		["without metadata", [vagrantfile, disk], "it has no metadata.json"],
		["whose metadata is no object", [{ name: "metadata.json", body: "[]" }, disk], "does not say for which provider"],
		["whose metadata is no JSON", [{ name: "metadata.json", body: "{" }, disk], '"metadata.json" is not JSON'],
		["without its disk", [json(libvirt)], 'its disk "box.img" is missing'],
		["with several disks", [json({ ...libvirt, disks: [{ path: "a" }, { path: "b" }] }), disk], "it has 2 disks"],
		["for Hyper-V", [json({ provider: "hyperv" }), disk], "made for hyperv, whose disks are not taken"],
		["whose disk is another format", [json({ ...libvirt, format: "raw" }), disk], "is raw, and it is qcow2"],
		[
			"whose disk is no disk",
			[json({ provider: "libvirt" }), { name: "box.img", body: "hello" }],
			"is no disk that is taken",
		],
		["whose disk leads to a file of the host", [json(libvirt), { name: "box.img", body: leading }], "/etc/shadow"],
		["with a name that leads out", [json(libvirt), { name: "../box.img", body: qcow2() }], "leads out of the archive"],
		[
			"whose disk is a link out",
			[json(libvirt), { name: "box.img", type: "symlink", linkname: "/etc/shadow" }],
			"link that leads out",
		],
		[
			"whose metadata names a file outside",
			[json({ ...libvirt, disks: [{ path: "../../etc/shadow" }] })],
			"is missing",
		],
		[
			"for VirtualBox without a disk",
			[json({ provider: "virtualbox" }), { name: "box.ovf", body: "<E/>" }],
			"it has no disk (.vmdk)",
		],
	])("%s", async (_, entries, message) => {
		await expect(unpack(await box(entries))).rejects.toMatchObject({
			code: "INPUT_INVALID",
			message: expect.stringContaining(message),
		});
	});
});

const hasQemuImg = (() => {
	try {
		execFileSync("qemu-img", ["--version"], { stdio: "pipe" });
		return true;
	} catch {
		return false;
	}
})();

describe.skipIf(!hasQemuImg)("boxes with QEMU's own disks (skipped where qemu-img is not installed)", () => {
	test("for libvirt and for VirtualBox", async () => {
		execFileSync("qemu-img", ["create", "-f", "qcow2", at("d.qcow2"), "8M"], { stdio: "pipe" });
		const libvirtBox = await box([json(libvirt), vagrantfile, { name: "box.img", body: readFileSync(at("d.qcow2")) }]);
		expect((await unpack(libvirtBox)).format).toBe("qcow2");
		execFileSync("qemu-img", ["create", "-f", "vmdk", "-o", "subformat=streamOptimized", at("d.vmdk"), "8M"], {
			stdio: "pipe",
		});
		const vmdk = { name: "box-disk001.vmdk", body: readFileSync(at("d.vmdk")) };
		expect(
			(
				await unpack(
					await box([vagrantfile, { name: "box.ovf", body: "<E/>" }, vmdk, json({ provider: "virtualbox" })]),
				)
			).format,
		).toBe("vmdk");
	});
});
