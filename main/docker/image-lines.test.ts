import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { readImageLines } from "./image-lines.ts";

const failure = { code: "IMAGE_UNAVAILABLE" as const, message: "It failed", remedy: "Do this.", place: "web:1" };

function read(...lines: object[]): Promise<void> {
	const stream = Readable.from([Buffer.from(lines.map((line) => JSON.stringify(line)).join("\n"))]);
	return readImageLines(stream, failure, () => undefined);
}

test("progress alone is a success", async () => {
	await read(
		{ status: "Loading layer", progressDetail: { current: 1, total: 2 }, id: "x" },
		{ stream: "Loaded image: web:1\n" },
	);
});

test("an error line fails, with the lines before it as detail", async () => {
	await expect(
		read({ status: "Loading layer" }, { errorDetail: { message: "bad tar\u001b[31m" }, error: "bad tar" }),
	).rejects.toMatchObject({ code: "IMAGE_UNAVAILABLE", message: "It failed: bad tar", detail: "Loading layer" });
});

test("a containerd store's failed unpacking, told as plain text, fails", async () => {
	await expect(read({ stream: "Error unpacking image web:1: boom\n" })).rejects.toMatchObject({
		code: "IMAGE_UNAVAILABLE",
	});
});

test("a full disk is told as one", async () => {
	await expect(read({ error: "write /x: no space left on device" })).rejects.toMatchObject({ code: "DISK_FULL" });
});
