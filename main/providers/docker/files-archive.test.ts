import { extract } from "tar-stream";
import { expect, test } from "vitest";
import { packFiles } from "./files-archive.ts";

test("packs files for the root, owned by root, with their modes and bytes, and no folders", async () => {
	const archive = await packFiles([
		{ path: "/etc/motd", mode: 0o644, content: "grüße\n" },
		{ path: "/opt/deep/tool", mode: 0o755, content: new Uint8Array([0, 255]) },
	]);
	const seen: unknown[] = [];
	const reader = extract();
	reader.end(archive);
	for await (const entry of reader) {
		const { name, mode, uid, gid, type } = entry.header;
		const chunks: Buffer[] = [];
		for await (const chunk of entry) chunks.push(chunk as Buffer);
		seen.push({ name, mode, uid, gid, type, body: Buffer.concat(chunks).toString("hex") });
	}
	expect(seen).toEqual([
		{ name: "etc/motd", mode: 0o644, uid: 0, gid: 0, type: "file", body: Buffer.from("grüße\n").toString("hex") },
		{ name: "opt/deep/tool", mode: 0o755, uid: 0, gid: 0, type: "file", body: "00ff" },
	]);
});
