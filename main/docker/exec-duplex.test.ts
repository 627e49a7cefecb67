import { Duplex, duplexPair } from "node:stream";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { ExecDuplex } from "./exec-duplex.ts";

const multiplexed = { multiplexed: true, announcesPid: false };

function frame(type: 1 | 2, payload: string | Buffer): Buffer {
	const bytes = Buffer.from(payload);
	const header = Buffer.alloc(8);
	header[0] = type;
	header.writeUInt32BE(bytes.length, 4);
	return Buffer.concat([header, bytes]);
}

test("stdout and stderr come apart, and closing stdin leaves them open", async () => {
	const [near, far] = duplexPair();
	const exec = new ExecDuplex(near, multiplexed);
	const input = text(far);
	exec.write("ques");
	exec.end("tion");
	expect(await input).toBe("question");
	far.write(frame(2, "warning"));
	far.end(frame(1, "answer"));
	expect(await Promise.all([text(exec), text(exec.stderr)])).toEqual(["answer", "warning"]);
});

test("a slow reader stops the source, and nothing is lost", async () => {
	const [near, far] = duplexPair();
	const exec = new ExecDuplex(near, multiplexed);
	exec.stderr.resume();
	const payload = Buffer.alloc(64 * 1024, 1);
	let sent = 0;
	while (far.write(frame(1, payload)) && sent < 200) {
		sent++;
		await new Promise((resolve) => setImmediate(resolve));
	}
	expect(sent).toBeLessThan(200);
	expect(exec.readableLength).toBeLessThan(1024 * 1024);
	far.end();
	let size = 0;
	for await (const chunk of exec) size += chunk.length;
	expect(size).toBe((sent + 1) * payload.length);
});

test("a stream that is cut inside a frame is an error, not an end", async () => {
	const [near, far] = duplexPair();
	const exec = new ExecDuplex(near, multiplexed);
	exec.stderr.resume();
	far.end(frame(1, "whole").subarray(0, 10));
	await expect(text(exec)).rejects.toMatchObject({ code: "ENGINE_UNREACHABLE" });
});

test("a wrong frame is an error and ends the connection", async () => {
	const [near, far] = duplexPair();
	const exec = new ExecDuplex(near, multiplexed);
	far.write("HTTP/1.1 200 OK");
	await expect(text(exec)).rejects.toMatchObject({ code: "ENGINE_REFUSED" });
	expect(near.destroyed).toBe(true);
});

test("the process' id is taken out of stderr, or of the terminal's one stream", async () => {
	for (const isTerminal of [false, true]) {
		const [near, far] = duplexPair();
		const exec = new ExecDuplex(near, { multiplexed: !isTerminal, announcesPid: true });
		exec.stderr.resume();
		if (isTerminal) {
			far.end("homerange-pid:42\r\n# ");
		} else {
			far.write(frame(2, "homerange-pid:42\n"));
			far.end(frame(1, "# "));
		}
		await exec.pidKnown;
		expect(exec.pid).toBe(42);
		expect(await text(exec)).toBe("# ");
	}
});

test("output that overtakes the line with the process id is not lost, and the id is still waited for", async () => {
	const [near, far] = duplexPair();
	const exec = new ExecDuplex(near, { multiplexed: true, announcesPid: true });
	const outputs = Promise.all([text(exec), text(exec.stderr)]);
	far.write(frame(1, "first\n"));
	await exec.started;
	expect(exec.pid).toBeNull();
	far.write(frame(2, "homerange-pid:4711\n"));
	await exec.pidKnown;
	expect(exec.pid).toBe(4711);
	far.write(frame(2, "oops\n"));
	far.end(frame(1, "second\n"));
	expect(await outputs).toEqual(["first\nsecond\n", "oops\n"]);
});

test("a process that ends without reading all of its stdin is an end with its output", async () => {
	const socket = new Duplex({
		read: () => undefined,
		write: (_chunk, _encoding, callback) => callback(Object.assign(new Error("write EPIPE"), { code: "EPIPE" })),
	});
	socket.push(frame(1, "done"));
	const exec = new ExecDuplex(socket, multiplexed);
	exec.stderr.resume();
	await new Promise((resolve) => setImmediate(resolve));
	exec.write("more");
	expect(await text(exec)).toBe("done");
});
