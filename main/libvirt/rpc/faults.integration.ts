import { execFile } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
	CreateDomain,
	type Domain,
	isNoDomain,
	type LibvirtConnection,
	LibvirtConnectionError,
	LibvirtTimeoutError,
	openLibvirt,
	ReconnectingLibvirt,
	UndefineDomain,
} from "./index.ts";
import { hasLibvirtd, PrivateDaemon } from "./testing/test-daemon.ts";
import { guestXml, removeGuest, uniqueName } from "./testing/test-guest.ts";
import { virsh } from "./testing/virsh.ts";

const run = promisify(execFile);
const isRoot = process.getuid?.() === 0;
const nobody = { uid: 65_534, gid: 65_534 };

function connected(libvirt: ReconnectingLibvirt): Promise<LibvirtConnection> {
	return new Promise((resolve) => {
		const stop = libvirt.onStatus((status) => {
			if (status.state !== "connected") return;
			stop();
			resolve(status.connection);
		});
	});
}

/** Opens libvirt in a process of another user. */
async function openAs(
	user: { uid: number; gid: number },
	options: object,
	env: NodeJS.ProcessEnv,
): Promise<Record<string, unknown>> {
	const script = join(import.meta.dirname, "testing/try-open.ts");
	const { stdout } = await run(process.execPath, [script, JSON.stringify(options)], {
		...user,
		env,
		timeout: 60_000,
		cwd: "/",
	});
	return JSON.parse(stdout);
}

describe.skipIf(!hasLibvirtd)("a daemon that fails", () => {
	let daemon: PrivateDaemon;
	let libvirt: ReconnectingLibvirt;
	let domain: Domain;
	const heard: string[] = [];

	beforeAll(async () => {
		daemon = await PrivateDaemon.start();
		libvirt = new ReconnectingLibvirt({
			uri: daemon.uri,
			socket: daemon.socketPath,
			firstDelayMs: 20,
			longestDelayMs: 100,
		});
		libvirt.on("domainLifecycle", ({ domain: { name }, event }) => heard.push(`${name} ${event}`));
		const connection = await libvirt.ready();
		domain = await connection.domains.defineXml(guestXml(uniqueName("faults")));
		domain = await connection.domains.create(domain, CreateDomain.paused);
	});
	afterAll(async () => {
		await removeGuest(libvirt.current(), domain);
		await libvirt.close();
		await daemon.stop();
	});

	const operations: [string, (connection: LibvirtConnection) => Promise<unknown>][] = [
		["statistics", ({ domains }) => Promise.all(Array.from({ length: 20 }, () => domains.stats()))],
		["a change", ({ domains }) => domains.setMetadata(domain, "title", "killed")],
		["a save to disk", ({ domains }) => domains.managedSave(domain)],
		[
			"an open console",
			async ({ consoles }) => {
				const console = await consoles.console(domain);
				console.resume();
				await daemon.kill();
				await once(console, "close");
			},
		],
	];

	it.each(operations)("is killed in %s: the call ends, and all is as before once it is back", async (_, operation) => {
		const before = libvirt.current();
		const pending = operation(before).then(
			() => null,
			(error: unknown) => error,
		);
		await daemon.kill();
		const outcome = await pending;
		if (outcome !== null) expect(outcome).toBeInstanceOf(Error);
		expect((await before.closed).reason).toBe("closed");
		await expect(before.domains.list()).rejects.toBeInstanceOf(LibvirtConnectionError);
		const back = connected(libvirt);
		await daemon.launch();
		const connection = await back;
		expect((await connection.domains.list()).map(({ uuid }) => uuid)).toContain(domain.uuid);
		const other = await connection.domains.defineXml(guestXml(uniqueName("after")));
		await connection.domains.undefine(other);
		await expect.poll(() => heard).toContain(`${other.name} undefined`);
	});

	it("is held still: calls end at their limit, and go on when it does", async () => {
		const connection = libvirt.current();
		daemon.hold(true);
		await expect(connection.domains.list(0, { limitMs: 100 })).rejects.toBeInstanceOf(LibvirtTimeoutError);
		const given = new AbortController();
		const waiting = connection.domains.list(0, { signal: given.signal });
		given.abort(new Error("not needed"));
		await expect(waiting).rejects.toThrow("not needed");
		daemon.hold(false);
		expect((await connection.domains.list()).length).toBeGreaterThan(0);
	});

	it("has a domain taken away by another program", async () => {
		const connection = libvirt.current();
		const other = await connection.domains.defineXml(guestXml(uniqueName("taken")));
		await virsh(daemon.socketPath, daemon.uri, "undefine", other.name);
		await expect.poll(() => heard).toContain(`${other.name} undefined`);
		await expect(connection.domains.info(other)).rejects.toSatisfy(isNoDomain);
		await expect(connection.domains.undefine(other, UndefineDomain.nvram)).rejects.toSatisfy(isNoDomain);
	});

	it.skipIf(!isRoot)("has a socket that this user may not open", async () => {
		const tried = await openAs(
			{ uid: 1, gid: 1 },
			{ uri: daemon.uri, socket: daemon.socketPath },
			{ PATH: "/usr/bin" },
		);
		expect(tried).toMatchObject({ reason: "denied", message: expect.stringContaining("may not open") });
	});
});

describe.skipIf(!hasLibvirtd || !isRoot)("logging in", () => {
	it("is refused by polkit with what to do about it", async () => {
		// Root is let in without being asked about.
		const daemon = await PrivateDaemon.start('auth_unix_rw = "polkit"');
		const tried = await openAs(nobody, { uri: daemon.uri, socket: daemon.socketPath }, daemon.env);
		await daemon.stop();
		expect(tried).toMatchObject({ reason: "authentication", remedy: expect.stringContaining("usermod -aG libvirt") });
	});
});

describe.skipIf(!hasLibvirtd || !isRoot)("a session without a daemon", () => {
	const folder = mkdtempSync(join(tmpdir(), "lv-"));
	chownSync(folder, nobody.uid, nobody.gid);
	const env = { HOME: folder, XDG_RUNTIME_DIR: folder, PATH: "/usr/bin:/bin" };

	afterEach(() => {
		for (const name of ["libvirtd", "virtlogd"]) {
			const file = join(folder, `libvirt/${name}.pid`);
			if (existsSync(file)) process.kill(Number(readFileSync(file, "utf8")));
		}
	});
	afterAll(() => rmSync(folder, { recursive: true, force: true }));

	it("gets one, also when several ask at once", async () => {
		const options = { uri: "qemu:///session" };
		const tried = await Promise.all([openAs(nobody, options, env), openAs(nobody, options, env)]);
		expect(tried).toEqual(Array(2).fill({ uri: "qemu:///session", domains: [] }));
	});

	it("does not get one for root, for whom it would be the system's", async () => {
		const empty = { ...env, XDG_RUNTIME_DIR: join(folder, "none") };
		await expect(openLibvirt({ uri: "qemu:///session", env: empty, homeFolder: folder })).rejects.toMatchObject({
			reason: "missing",
			message: expect.stringContaining("root has no libvirt session"),
		});
	});
});

describe.skipIf(!hasLibvirtd)("a relay", () => {
	const folder = mkdtempSync(join(tmpdir(), "relay-"));
	const relay = join(folder, "ssh");
	let daemon: PrivateDaemon;

	beforeAll(async () => {
		daemon = await PrivateDaemon.start();
		const body = 'const s = require("net").connect(process.argv.at(-1)); process.stdin.pipe(s).pipe(process.stdout);';
		writeFileSync(relay, `#!${process.execPath}\n${body}\n`, { mode: 0o755 });
		writeFileSync(join(folder, "broken"), "#!/bin/sh\necho 'no route to that host' >&2\nexit 255\n", { mode: 0o755 });
	});
	afterAll(async () => {
		await daemon.stop();
		rmSync(folder, { recursive: true, force: true });
	});

	it("carries calls, events and streams, each stream over a relay of its own", async () => {
		const uri = `qemu+ssh://host.example/session?socket=${daemon.socketPath}&command=${relay}`;
		const libvirt = await openLibvirt({ uri });
		const heard: string[] = [];
		await libvirt.events.on("domainLifecycle", ({ event }) => heard.push(event));
		const domain = await libvirt.domains.createXml(guestXml(uniqueName("relay")), CreateDomain.paused);
		const picture = await libvirt.consoles.screenshot(domain);
		expect(Buffer.concat(await picture.stream.toArray()).length).toBeGreaterThan(0);
		await libvirt.domains.destroy(domain);
		await expect.poll(() => heard).toContain("stopped");
		libvirt.close();
	});

	it("that fails says why", async () => {
		const uri = `qemu+ssh://host.example/system?command=${join(folder, "broken")}`;
		await expect(openLibvirt({ uri })).rejects.toThrow("no route to that host");
		await expect(openLibvirt({ uri: `qemu+ssh://h/system?command=${folder}/none` })).rejects.toMatchObject({
			reason: "missing",
		});
	});
});
