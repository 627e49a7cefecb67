import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { ExecDuplex } from "./exec-duplex.ts";

function frame(type: 1 | 2, text: string): Buffer {
	const bytes = Buffer.from(text);
	const header = Buffer.alloc(8);
	header[0] = type;
	header.writeUInt32BE(bytes.length, 4);
	return Buffer.concat([header, bytes]);
}

async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
	const chunks: Buffer[] = [];
	for await (const chunk of stream) chunks.push(chunk);
	return Buffer.concat(chunks).toString();
}

test("output that overtakes the line with the process id is not lost", async () => {
	const socket = new PassThrough();
	const duplex = new ExecDuplex(socket, { multiplexed: true, announcesPid: true });
	const outputs = Promise.all([textOf(duplex), textOf(duplex.stderr)]);
	socket.write(frame(1, "first\n"));
	socket.write(frame(2, "homerange-pid:4711\n"));
	socket.write(frame(2, "oops\n"));
	socket.end(frame(1, "second\n"));
	expect(await outputs).toEqual(["first\nsecond\n", "oops\n"]);
	expect(duplex.pid).toBe(4711);
});
