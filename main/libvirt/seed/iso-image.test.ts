import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isoImage } from "./iso-image.ts";
import type { IsoFile } from "./iso-tree.ts";

const date = new Date("2026-01-02T03:04:05Z");
const sector = 2048;

/** A reader of its own for one of the trees, by the standard's byte positions. */
function readTree(image: Uint8Array, type: 1 | 2): Map<string, Buffer> {
	const bytes = Buffer.from(image);
	let at = 16;
	while (bytes[at * sector] !== type) at++;
	const root = bytes.subarray(at * sector + 156, at * sector + 190);
	const found = new Map<string, Buffer>();
	const decode = (name: Buffer) =>
		type === 1 ? name.toString("latin1") : Buffer.from(name).swap16().toString("utf16le");
	const walk = (record: Buffer, path: string) => {
		const start = record.readUInt32LE(2) * sector;
		const length = record.readUInt32LE(10);
		expect(record.readUInt32BE(6) * sector).toBe(start);
		expect(record.readUInt32BE(14)).toBe(length);
		let offset = 0;
		let names = "";
		while (offset < length) {
			const size = bytes[start + offset] ?? 0;
			if (size === 0) {
				offset = (Math.floor(offset / sector) + 1) * sector;
				continue;
			}
			expect((offset % sector) + size).toBeLessThanOrEqual(sector);
			const child = bytes.subarray(start + offset, start + offset + size);
			const name = child.subarray(33, 33 + (child[32] ?? 0));
			offset += size;
			if (name.length === 1 && (name[0] ?? 2) < 2) continue;
			const text = decode(name);
			expect(names < name.toString("latin1")).toBe(true);
			names = name.toString("latin1");
			if (child[25] === 2) walk(child, `${path}${text}/`);
			else {
				const from = child.readUInt32LE(2) * sector;
				found.set(path + text, bytes.subarray(from, from + child.readUInt32LE(10)));
			}
		}
	};
	walk(root, "");
	return found;
}

const text = (value: string) => Buffer.from(value);
const image = (files: readonly IsoFile[]) => isoImage({ label: "cidata", date, files });

describe("an ISO image", () => {
	it("holds files and folders under their exact names", () => {
		const tree = readTree(
			image([
				{ path: "user-data", bytes: text("#cloud-config\n") },
				{ path: "openstack/latest/meta_data.json", bytes: text("{}") },
				{ path: "Ärger 日本 😀.txt", bytes: text("x") },
			]),
			2,
		);
		expect([...tree.keys()].sort()).toEqual(["openstack/latest/meta_data.json", "user-data", "Ärger 日本 😀.txt"]);
		expect(tree.get("user-data")?.toString()).toBe("#cloud-config\n");
	});

	it("gives readers without Joliet short upper-case names that are unique", () => {
		const long = "a".repeat(50);
		const tree = readTree(
			image(["meta-data", "meta_data", `${long}1.conf`, `${long}2.conf`].map((path) => ({ path, bytes: text(path) }))),
			1,
		);
		expect([...tree.keys()].sort()).toEqual(
			["META_DATA.;1", "META_DATA_1.;1", `${"A".repeat(26)}.CON;1`, `${"A".repeat(24)}_1.CON;1`].sort(),
		);
	});

	it("is the same for the same input, and says its label and size", () => {
		const files = [{ path: "a", bytes: text("b") }];
		const one = image(files);
		expect(Buffer.compare(one, image(files))).toBe(0);
		const descriptor = Buffer.from(one).subarray(16 * sector);
		expect(descriptor.toString("latin1", 40, 72)).toBe("cidata".padEnd(32));
		expect(descriptor.readUInt32LE(80) * sector).toBe(one.length);
		expect(descriptor.toString("latin1", 813, 829)).toBe("2026010203040500");
	});

	it.each([
		"",
		"/a",
		"a//b",
		"a/",
		".",
		"../a",
		"a/../b",
		"a\\b",
		"a:b",
		"a*",
		"a?",
		"a;1",
		"a\u0000",
		"a\nb",
		"\ud800",
		"a".repeat(65),
		`${"a/".repeat(8)}b`,
	])("refuses the path %j", (path) => {
		expect(() => image([{ path, bytes: text("") }])).toThrow(RangeError);
	});

	it("refuses a path twice, and a file as a folder", () => {
		expect(() =>
			image([
				{ path: "a", bytes: text("") },
				{ path: "a", bytes: text("") },
			]),
		).toThrow("twice");
		expect(() =>
			image([
				{ path: "a", bytes: text("") },
				{ path: "a/b", bytes: text("") },
			]),
		).toThrow("in a file");
	});

	it("refuses labels and dates that it cannot hold", () => {
		expect(() => isoImage({ label: "x".repeat(17), date, files: [] })).toThrow(RangeError);
		expect(() => isoImage({ label: "cidata", date: new Date("1601-01-01"), files: [] })).toThrow(RangeError);
		expect(() => isoImage({ label: "cidata", date: new Date(Number.NaN), files: [] })).toThrow(RangeError);
	});

	it("gives back any bytes of any length, also at the borders of sectors, and any number of files", () => {
		const size = fc.oneof(fc.constantFrom(0, 1, 2047, 2048, 2049, 4096), fc.nat(5000));
		const name = fc.stringMatching(/^[A-Za-z0-9 ._~$é-]{1,64}$/u).filter((value) => value !== "." && value !== "..");
		const files = fc.uniqueArray(fc.record({ folder: fc.constantFrom("", "d/", "d/e/", "zz/"), name, size }), {
			selector: (entry) => entry.folder + entry.name,
			maxLength: 80,
		});
		fc.assert(
			fc.property(files, (entries) => {
				const folders = new Set(["d", "e", "zz"]);
				const given = entries
					.filter(({ name }) => !folders.has(name))
					.map((entry, at) => ({ path: entry.folder + entry.name, bytes: Buffer.alloc(entry.size, at + 1) }));
				const made = image(given);
				expect(made.length % sector).toBe(0);
				const tree = readTree(made, 2);
				expect(new Map(given.map(({ path, bytes }) => [path, bytes]))).toEqual(tree);
				expect(readTree(made, 1).size).toBe(given.length);
			}),
			{ numRuns: 60 },
		);
	});
});
