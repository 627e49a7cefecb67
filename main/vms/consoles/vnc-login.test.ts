import { type Duplex, duplexPair } from "node:stream";
import { expect, test } from "vitest";
import { answerTo, loggedIn } from "./vnc-login.ts";

/** Reads what was written to the other side until it has so many bytes. */
async function bytes(stream: Duplex, count: number): Promise<Buffer> {
	let all = Buffer.alloc(0);
	while (all.length < count) {
		const chunk: Buffer | null = stream.read(Math.min(count - all.length, stream.readableLength || 1));
		if (chunk !== null) all = Buffer.concat([all, chunk]);
		else await new Promise((resolve) => stream.once("readable", resolve));
	}
	return all;
}

test("only the first eight characters of the password count, as in VNC", () => {
	const challenge = Buffer.from("2f75b3e4bfd0f5e4a52e7d3a4d0b5a9c", "hex");
	expect(answerTo(challenge, "passwordlonger")).toEqual(answerTo(challenge, "password"));
	expect(answerTo(challenge, "passwore")).not.toEqual(answerTo(challenge, "password"));
});

test("a client without a password sees a server without one, and then its bytes", async () => {
	const [server, engine] = duplexPair();
	const login = loggedIn(engine, "secret");
	server.write("RFB 003.008\n");
	expect((await bytes(server, 12)).toString()).toBe("RFB 003.008\n");
	server.write(Buffer.from([1, 2]));
	expect(await bytes(server, 1)).toEqual(Buffer.from([2]));
	const challenge = Buffer.alloc(16, 7);
	server.write(challenge);
	expect(await bytes(server, 16)).toEqual(answerTo(challenge, "secret"));
	server.write(Buffer.alloc(4));
	const client = await login;
	expect((await bytes(client, 12)).toString()).toBe("RFB 003.008\n");
	client.write("RFB 003.008\n");
	expect(await bytes(client, 2)).toEqual(Buffer.from([1, 1]));
	client.write(Buffer.from([1, 1]));
	expect(await bytes(client, 4)).toEqual(Buffer.alloc(4));
	expect(await bytes(server, 1)).toEqual(Buffer.from([1]));
	server.write("the screen");
	expect((await bytes(client, 10)).toString()).toBe("the screen");
	client.write("a key");
	expect((await bytes(server, 5)).toString()).toBe("a key");
	server.end();
	await new Promise((resolve) => client.once("end", resolve).resume());
});

test.each([
	["is not VNC", Buffer.from("HTTP/1.1 200\n")],
	["refuses", Buffer.concat([Buffer.from("RFB 003.008\n"), Buffer.from([0, 0, 0, 0, 4]), Buffer.from("full")])],
	["wants an unknown login", Buffer.concat([Buffer.from("RFB 003.008\n"), Buffer.from([1, 99])])],
])("a server that %s is an error", async (_, said) => {
	const [server, engine] = duplexPair();
	const login = loggedIn(engine, "secret");
	server.write(said);
	await expect(login).rejects.toMatchObject({ code: "ENGINE_REFUSED" });
});
