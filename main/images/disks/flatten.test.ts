import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkDisk, checkOverlay } from "./check-disk.ts";
import { qemuFlatten } from "./qemu-img.ts";

const folder = mkdtempSync(join(tmpdir(), "homerange-flatten-"));
const at = (name: string) => join(folder, name);
const soon = () => AbortSignal.timeout(30_000);
let hasQemu = true;
try {
	execFileSync("qemu-io", ["--version"], { stdio: "pipe" });
} catch {
	hasQemu = false;
}
afterAll(() => rmSync(folder, { recursive: true }));

const fill = (file: string, offset: string, pattern: string) =>
	execFileSync("qemu-io", ["-f", "qcow2", "-c", `write -P ${pattern} ${offset} 64k`, file], { stdio: "pipe" });
const byteAt = (file: string, offset: number) => readFileSync(file).at(offset);

describe.skipIf(!hasQemu)("disks that stand on each other (skipped where QEMU's tools are not installed)", () => {
	beforeAll(() => {
		for (const [name, on] of [
			["base", null],
			["other", null],
			["overlay", "base"],
			["top", "overlay"],
		] as const) {
			const backing = on === null ? [] : ["-b", at(on), "-F", "qcow2"];
			execFileSync("qemu-img", ["create", "-f", "qcow2", ...backing, at(name), ...(on === null ? ["1M"] : [])]);
		}
		fill(at("base"), "0", "0x11");
		fill(at("other"), "0", "0x66");
		fill(at("overlay"), "64k", "0x22");
		fill(at("top"), "128k", "0x33");
	});

	test("are known by what their headers say, and refused when that is another file", async () => {
		await expect(checkOverlay(at("overlay"), at("base"), "web")).resolves.toBeUndefined();
		await expect(checkOverlay(at("overlay"), at("other"), "web")).rejects.toThrow(
			`web is refused: it stands on "${at("base")}", and not on "${at("other")}".`,
		);
		await expect(checkOverlay(at("base"), at("other"), "web")).rejects.toThrow("it stands on nothing");
		await expect(checkDisk(at("overlay"), "qcow2", "web", soon())).rejects.toMatchObject({ code: "INPUT_INVALID" });
	});

	test("become one, on what is told and not on what a header says", async () => {
		const chain = ["top", "overlay", "other"].map((name) => ({ file: at(name), format: "qcow2" as const }));
		await qemuFlatten(chain, at("whole"), "web", soon());
		expect(await checkDisk(at("whole"), "qcow2", "web", soon())).toMatchObject({ virtualBytes: 1024 * 1024 });
		execFileSync("qemu-img", ["convert", "-O", "raw", at("whole"), at("raw")]);
		expect([0, 64, 128, 192].map((kib) => byteAt(at("raw"), kib * 1024))).toEqual([0x66, 0x22, 0x33, 0]);
	});

	test("fail with QEMU's own words when one is damaged", async () => {
		const chain = [{ file: at("top"), format: "vmdk" as const }];
		await expect(qemuFlatten(chain, at("never"), "web", soon())).rejects.toMatchObject({
			code: "INPUT_INVALID",
			message: expect.stringContaining("web is refused: QEMU cannot make one disk of it"),
		});
	});
});
