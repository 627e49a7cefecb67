import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { HomerangeError } from "../../../contract/errors.ts";
import { recognize } from "../recognize.ts";
import { sha256, writeTar } from "../testing/archives.ts";
import { checkDisk, checkSourceHeader } from "./check-disk.ts";
import { unpackOva } from "./ova.ts";
import { checkQcow2Header } from "./qcow2-header.ts";
import { checkVdiHeader } from "./vdi-header.ts";
import { checkVmdkHeader } from "./vmdk-header.ts";

const hasQemuImg = (() => {
	try {
		execFileSync("qemu-img", ["--version"]);
		return true;
	} catch {
		return false;
	}
})();
const withQemu = describe.skipIf(!hasQemuImg);
const qemuImg = (...args: string[]) => execFileSync("qemu-img", args, { stdio: "pipe" });

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "homerange-disks-"));
});
afterEach(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const signal = new AbortController().signal;
const refused = (sentence: string) => ({ code: "INPUT_INVALID", message: expect.stringContaining(sentence) });

/** What an import does with a source before it copies it. */
async function checkSource(path: string) {
	const found = await recognize(path);
	if (found.kind !== "disk") throw new Error(`it is ${found.kind}`);
	return await checkSourceHeader(path, found.format);
}

withQemu("disks that qemu-img makes (skipped where it is not installed)", () => {
	test.each(["qcow2", "vmdk", "vdi"] as const)("%s is recognized, read and checked", async (format) => {
		qemuImg("create", "-f", format, at("disk"), "8M");
		expect(await checkSource(at("disk"))).toBe(format);
		expect(await checkDisk(at("disk"), format, "disk", signal)).toEqual({ virtualBytes: 8 * 1024 * 1024, note: null });
	});

	test("a VMDK for streaming is taken, one in several files is not", async () => {
		qemuImg("create", "-f", "vmdk", "-o", "subformat=streamOptimized", at("one.vmdk"), "8M");
		expect(await checkSource(at("one.vmdk"))).toBe("vmdk");
		qemuImg("create", "-f", "vmdk", "-o", "subformat=twoGbMaxExtentSparse", at("many.vmdk"), "8M");
		await expect(checkSource(at("many.vmdk"))).rejects.toMatchObject(refused('"many-s001.vmdk"'));
		await expect(checkSource(at("many-s001.vmdk"))).rejects.toMatchObject(refused("a part of a larger disk"));
	});

	test("a raw disk is what has a partition table or a name that says so", async () => {
		const bytes = Buffer.alloc(1024 * 1024);
		writeFileSync(at("disk.img"), bytes);
		writeFileSync(at("disk.bin"), bytes);
		expect(await checkSource(at("disk.img"))).toBe("raw");
		await expect(checkSource(at("disk.bin"))).rejects.toMatchObject(refused("no image archive and of no disk"));
		bytes.writeUInt16BE(0x55aa, 510);
		writeFileSync(at("disk.bin"), bytes);
		expect(await checkSource(at("disk.bin"))).toBe("raw");
		expect((await checkDisk(at("disk.bin"), "raw", "disk", signal)).virtualBytes).toBe(1024 * 1024);
	});

	test("a backing file is refused by its name, wherever it points", async () => {
		qemuImg("create", "-f", "qcow2", "-u", "-b", "/etc/shadow", "-F", "raw", at("disk"), "8M");
		await expect(checkSource(at("disk"))).rejects.toMatchObject(refused('backing file, "/etc/shadow"'));
	});

	test("an external data file is refused by its name", async () => {
		qemuImg("create", "-f", "qcow2", "-o", `data_file=${at("data.raw")},data_file_raw=on`, at("disk"), "8M");
		await expect(checkSource(at("disk"))).rejects.toMatchObject(refused(`"${at("data.raw")}"`));
	});

	test("a data file in words of JSON is refused, too, without being opened", async () => {
		qemuImg("create", "-f", "qcow2", "-o", `data_file=${at("data.raw")}`, at("disk"), "8M");
		const bytes = readFileSync(at("disk"));
		const name = bytes.indexOf(at("data.raw"));
		bytes.write('json:{"driver":"null-co"}'.padEnd(at("data.raw").length).slice(0, at("data.raw").length), name);
		writeFileSync(at("disk"), bytes);
		await expect(checkSource(at("disk"))).rejects.toMatchObject(refused("its data is in another file"));
	});

	test("an encrypted one is refused", async () => {
		qemuImg("create", "-f", "qcow2", at("disk"), "8M");
		const bytes = readFileSync(at("disk"));
		bytes.writeUInt32BE(2, 32);
		writeFileSync(at("disk"), bytes);
		await expect(checkSource(at("disk"))).rejects.toMatchObject(refused("it is encrypted"));
	});

	test("a damaged one is refused in QEMU's words", async () => {
		qemuImg("create", "-f", "qcow2", at("disk"), "8M");
		const bytes = readFileSync(at("disk"));
		// The first entry of the first level's table, pointing behind the end of the file.
		bytes.writeBigUInt64BE(0x8000_0000_0fff_0000n, Number(bytes.readBigUInt64BE(40)));
		writeFileSync(at("disk"), bytes);
		await expect(checkDisk(at("disk"), "qcow2", "disk", signal)).rejects.toMatchObject(
			refused("QEMU finds it damaged"),
		);
	});

	test("a disk of an absurd size is refused", async () => {
		qemuImg("create", "-f", "qcow2", at("disk"), "100T");
		await expect(checkDisk(at("disk"), "qcow2", "disk", signal)).rejects.toMatchObject(
			refused("it says that its disk has"),
		);
	});

	test("a VDI that stands on another one is refused", async () => {
		qemuImg("create", "-f", "vdi", at("disk"), "8M");
		const bytes = readFileSync(at("disk"));
		bytes.writeUInt32LE(4, 0x4c);
		writeFileSync(at("disk"), bytes);
		await expect(checkSource(at("disk"))).rejects.toMatchObject(refused("a difference to another disk"));
	});

	test("the disk of an OVA is taken out, and compared with its manifest", async () => {
		qemuImg("create", "-f", "vmdk", "-o", "subformat=streamOptimized", at("d.vmdk"), "8M");
		const disk = readFileSync(at("d.vmdk"));
		const ovf = "<Envelope/>";
		const write = (digest: string) =>
			writeTar(at("box.ova"), [
				{ name: "box.ovf", body: ovf },
				{ name: "box.mf", body: `SHA256(box.ovf)= ${sha256(Buffer.from(ovf))}\nSHA256(d.vmdk)= ${digest}\n` },
				{ name: "d.vmdk", body: disk },
			]);
		await write(sha256(disk));
		expect((await recognize(at("box.ova"))).kind).toBe("ova");
		const place = mkdtempSync(at("staged-"));
		const taken = await unpackOva(at("box.ova"), { folder: place });
		expect(readFileSync(taken).equals(disk)).toBe(true);
		expect((await checkDisk(taken, "vmdk", "box", signal)).virtualBytes).toBe(8 * 1024 * 1024);
		await write("0".repeat(64));
		await expect(unpackOva(at("box.ova"), { folder: mkdtempSync(at("staged-")) })).rejects.toMatchObject(
			refused('the digest of "d.vmdk" is not what its manifest says'),
		);
	});
});

test("a VMDK's description names the files that are missing", async () => {
	const text = '# Disk DescriptorFile\nversion=1\ncreateType="monolithicFlat"\nRW 16384 FLAT "/etc/shadow" 0\n';
	writeFileSync(at("disk.vmdk"), text);
	await expect(checkSource(at("disk.vmdk"))).rejects.toMatchObject(refused('"/etc/shadow"'));
});

test.each([
	["conectix", "VHD"],
	["COWD", "ESX"],
	["LUKS\xba\xbe", "LUKS"],
])("what begins with %j (%s) never passes for a raw disk", async (mark) => {
	const bytes = Buffer.alloc(4096);
	bytes.write(mark, "latin1");
	writeFileSync(at("disk.img"), bytes);
	await expect(recognize(at("disk.img"))).rejects.toMatchObject(refused("of no disk"));
});

test("without qemu-img it says what to install", async () => {
	writeFileSync(at("disk.img"), Buffer.alloc(512));
	const path = process.env.PATH;
	process.env.PATH = folder;
	try {
		await expect(checkDisk(at("disk.img"), "raw", "disk", signal)).rejects.toMatchObject({
			code: "UNSUPPORTED",
			remedy: expect.stringContaining("qemu-utils"),
		});
		// One that never ends is killed by the cancel.
		writeFileSync(at("qemu-img"), "#!/bin/sh\nexec /bin/sleep 60\n");
		chmodSync(at("qemu-img"), 0o755);
		const abort = new AbortController();
		const checking = checkDisk(at("disk.img"), "raw", "disk", abort.signal);
		abort.abort();
		await expect(checking).rejects.toMatchObject({ name: "AbortError" });
	} finally {
		process.env.PATH = path;
	}
});

test("whatever bytes a header has, it is taken or refused in a sentence", () => {
	const checks = [checkQcow2Header, checkVmdkHeader, checkVdiHeader];
	fc.assert(
		fc.property(
			fc.uint8Array({ maxLength: 1200 }),
			fc.constantFrom("QFI\xfb\0\0\0\x03", "KDMV\x01\0\0\0", ""),
			(bytes, mark) => {
				const head = Buffer.concat([Buffer.from(mark, "latin1"), bytes]);
				for (const check of checks) {
					try {
						check(head, "disk");
					} catch (error) {
						expect(error).toBeInstanceOf(HomerangeError);
					}
				}
			},
		),
	);
});

test("only one file of its own name is a disk's extent", () => {
	const header = (descriptor: string) => {
		const head = Buffer.alloc(1024 + 20 * 512);
		head.write("KDMV");
		head.writeUInt32LE(1, 4);
		head.writeBigUInt64LE(1000n, 12);
		head.writeBigUInt64LE(1n, 28);
		head.writeBigUInt64LE(20n, 36);
		head.write(descriptor, 512);
		return head;
	};
	const text = (extent: string, more = "") => `createType="monolithicSparse"\nparentCID=ffffffff\n${more}${extent}\n`;
	const check = (descriptor: string) => () => checkVmdkHeader(header(descriptor), "disk");
	expect(check(text('RW 1000 SPARSE "disk.vmdk"'))).not.toThrow();
	expect(check(text('RW 1000 SPARSE "../../etc/shadow"'))).toThrow("another file");
	expect(check(text('RW 1000 FLAT "disk.vmdk" 0'))).toThrow("extents");
	expect(check(text('RW 500 SPARSE "a"\nRW 500 SPARSE "b"'))).toThrow("2 extents");
	expect(check(text('RW 1000 SPARSE "a"', 'parentFileNameHint="/etc/shadow"\n'))).toThrow('"/etc/shadow"');
});
