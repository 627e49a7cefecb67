import { chmodSync, linkSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Database, openDatabase } from "../../db/open.ts";
import { sha256 } from "../testing/archives.ts";
import { type Disk, DiskPool } from "./disk-pool.ts";

let folder: string;
let db: Database;
let pool: DiskPool;
beforeEach(async () => {
	folder = mkdtempSync(join(tmpdir(), "homerange-pool-"));
	db = openDatabase(folder);
	pool = new DiskPool(folder, db);
	await pool.clean();
});
afterEach(async () => {
	await db.close();
	rmSync(folder, { recursive: true });
});

const { signal } = new AbortController();
const now = "2026-01-01T00:00:00.000Z";

/** A disk whose bytes have arrived and whose row is not written. */
async function arrived(letter: string, content: string, others: readonly Disk[] = []): Promise<Disk> {
	const bytes = Buffer.from(content);
	const file = `${letter.repeat(20)}.raw`;
	const facts = { file, sha256: sha256(bytes), sizeBytes: bytes.length };
	const part = `${pool.path({ file })}.part`;
	writeFileSync(part, bytes, { mode: 0o400 });
	await pool.settle(part, facts, { signal, others });
	return { ...facts, name: letter, format: "raw", virtualBytes: 1, origin: "", createdAt: now, lastUsed: now };
}
const inode = (disk: Disk) => statSync(pool.path(disk)).ino;

describe("a disk with the bytes of another one", () => {
	test.each([
		["that is in the pool", true],
		["that came just before", false],
	])("%s is kept once, and each goes by itself", async (_, isRecorded) => {
		const first = await arrived("a", "the same");
		if (isRecorded) pool.add(first);
		const second = await arrived("b", "the same", isRecorded ? [] : [first]);
		const other = await arrived("c", "another1");
		expect(inode(second)).toBe(inode(first));
		expect(inode(other)).not.toBe(inode(first));
		expect(readdirSync(pool.folder)).toHaveLength(3);
		pool.add(second);
		if (isRecorded) await pool.remove(first);
		else rmSync(pool.path(first));
		await expect(pool.verify("b")).resolves.toMatchObject({ name: "b" });
	});

	test("that was changed by hand gets nothing of it", async () => {
		const first = await arrived("a", "the same");
		pool.add(first);
		chmodSync(pool.path(first), 0o600);
		writeFileSync(pool.path(first), "the fake");
		const second = await arrived("b", "the same");
		expect(inode(second)).not.toBe(inode(first));
		expect(readFileSync(pool.path(second), "utf8")).toBe("the same");
	});
});

test("a name that is left beside a file with a row goes at the next start, and the file stays", async () => {
	const first = await arrived("a", "the same");
	pool.add(first);
	linkSync(pool.path(first), join(pool.folder, `${"b".repeat(20)}.raw`));
	expect(await pool.clean()).toEqual([`${"b".repeat(20)}.raw`]);
	await expect(pool.verify("a")).resolves.toMatchObject({ name: "a" });
});
