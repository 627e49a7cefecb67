import { once } from "node:events";
import { mkdtempSync, renameSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { daemonOfSocket } from "./daemon-names.ts";
import { LibvirtError } from "./errors.ts";
import { readError } from "./session/read-error.ts";
import { errorPayload } from "./testing/fake-daemon.ts";
import { unixConnector } from "./transport/unix.ts";
import { PacketType, Program, Status } from "./wire/header.ts";

/** A socket whose daemon is gone. Closing one removes the path that it was made with. */
async function leaveSocket(path: string): Promise<void> {
	const server = createServer().listen(`${path}.new`);
	await once(server, "listening");
	renameSync(`${path}.new`, path);
	server.close();
	await once(server, "close");
}

describe("daemonOfSocket", () => {
	it("knows one daemon for everything, and the daemons per kind of object", () => {
		expect(daemonOfSocket("/run/libvirt/libvirt-sock").start).toBe("systemctl enable --now libvirtd");
		expect(daemonOfSocket("/run/libvirt/virtstoraged-sock")).toEqual({
			isModular: true,
			title: "libvirt's daemon for storage (virtstoraged)",
			start: "systemctl enable --now virtstoraged.socket",
		});
		expect(daemonOfSocket("/run/user/7/libvirt/virtnetworkd-sock").start).toBe("virtnetworkd --daemon");
		expect(daemonOfSocket("/run/libvirt/virtlxcd-sock").title).toBe("libvirt's daemon (virtlxcd)");
	});
});

describe("a modular daemon that does not run", () => {
	const told = (code: number, message: string): Error =>
		readError(
			{
				program: Program.remote,
				procedure: 1,
				type: PacketType.reply,
				serial: 1,
				status: Status.error,
				payload: errorPayload(code, message),
			},
			{ name: "STORAGE_POOL_LOOKUP_BY_NAME", program: Program.remote, number: 84 },
		);

	it.each([
		"Failed to connect socket to '/run/libvirt/virtstoraged-sock': No such file or directory",
		"Verbindung mit Socket »/run/libvirt/virtstoraged-sock« fehlgeschlagen: Verbindungsaufbau abgelehnt",
	])("is named with a remedy, when another daemon forwards to it: %s", (message) => {
		expect(told(38, message)).toMatchObject({
			reason: "missing",
			message:
				"libvirt's daemon for storage (virtstoraged) does not run: nobody answers on /run/libvirt/virtstoraged-sock.",
			remedy: expect.stringContaining("systemctl enable --now virtstoraged.socket"),
		});
	});

	it("is not seen in other errors", () => {
		expect(told(38, "cannot open '/x/virtstoraged-sock-old': No such file")).toBeInstanceOf(LibvirtError);
		expect(told(49, "no storage pool with name '/x/virtstoraged-sock'")).toBeInstanceOf(LibvirtError);
	});

	it("is named with a remedy, when its own socket is gone or left over", async () => {
		const folder = mkdtempSync(join(tmpdir(), "lv-names-"));
		try {
			const path = join(folder, "virtnodedevd-sock");
			await expect(unixConnector(path).connect()).rejects.toMatchObject({
				reason: "missing",
				message: `libvirt's daemon for host devices (virtnodedevd) does not run: there is no socket at ${path}.`,
				remedy: expect.stringContaining("Start it: virtnodedevd --daemon."),
			});
			await leaveSocket(path);
			await expect(unixConnector(path).connect()).rejects.toMatchObject({
				reason: "refused",
				message: `libvirt's daemon for host devices (virtnodedevd) does not run: nobody answers on ${path}.`,
			});
		} finally {
			rmSync(folder, { recursive: true, force: true });
		}
	});
});
