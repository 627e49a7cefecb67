import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { HomerangeError, toErrorInfo } from "../../../contract/errors.ts";
import type { Channel } from "../../consoles/channel.ts";
import { feedInput } from "../../consoles/inbox.ts";
import { Outbox } from "../../consoles/outbox.ts";
import { describeDomain } from "../../libvirt/domains/index.ts";
import { attribute, child, children, parseXml } from "../../libvirt/domains/xml/parse.ts";
import type { LibvirtHost } from "../../libvirt/host/index.ts";
import { DomainXml } from "../../libvirt/rpc/index.ts";
import { findDomain, vmTitle } from "../operations/find-vm.ts";
import { loggedIn } from "./vnc-login.ts";

const connectLimitMs = 10_000;

/** The bytes of a VM's VNC server, from its socket or from its port of this machine. */
export async function openVmVnc(host: LibvirtHost, ref: string): Promise<Channel> {
	const connection = await host.connection();
	const domain = await findDomain(connection, ref);
	const title = vmTitle(domain);
	// With its password, which stays here.
	const xml = await connection.domains.xml(domain, DomainXml.secure);
	const vnc = describeDomain(xml).graphics.find(({ kind }) => kind === "vnc");
	if (vnc === undefined) {
		throw new HomerangeError("UNSUPPORTED", `The VM ${title} has no VNC screen.`, {
			place: title,
			remedy: "Use its serial line, or give it VNC graphics.",
		});
	}
	if (vnc.socket === null && vnc.port === null) {
		throw new HomerangeError("STATE_CONFLICT", `The VM ${title} does not run.`, {
			place: title,
			remedy: "Start it first.",
		});
	}
	if (!host.isLocal()) {
		throw new HomerangeError("UNSUPPORTED", `The screen of the VM ${title} is on another machine.`, { place: title });
	}
	const socket = await reach(
		vnc.socket === null ? { host: loopback(vnc.listen), port: vnc.port ?? 0 } : { path: vnc.socket },
		title,
	);
	const password = passwordOf(xml);
	return channelOf(password === null ? socket : await loggedIn(socket, password));
}

/** A server that listens on all addresses is reached on this machine, too. */
function loopback(listen: string | null): string {
	return listen === null || listen === "0.0.0.0" || listen === "::" ? "127.0.0.1" : listen;
}

function passwordOf(xml: string): string | null {
	const devices = child(parseXml(xml, "the domain"), "devices");
	const vnc = children(devices, "graphics").find((each) => attribute(each, "type") === "vnc");
	return attribute(vnc, "passwd");
}

async function reach(target: { path: string } | { host: string; port: number }, title: string): Promise<Socket> {
	const socket = connect(target);
	const timer = setTimeout(() => socket.destroy(new Error("it did not answer in time")), connectLimitMs);
	try {
		await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject));
		return socket;
	} catch (error) {
		socket.destroy();
		const denied = error instanceof Error && "code" in error && (error.code === "EACCES" || error.code === "EPERM");
		throw new HomerangeError(
			denied ? "FORBIDDEN" : "ENGINE_REFUSED",
			denied
				? `The screen of the VM ${title} can be opened by libvirt's own user only.`
				: `The VNC server of the VM ${title} cannot be reached: ${error instanceof Error ? error.message : String(error)}.`,
			{
				place: title,
				remedy: denied
					? "Give its graphics a listen address of 127.0.0.1 with a password, as Homerange does for the VMs that it makes."
					: "Look whether the VM runs, then open its screen again.",
				cause: error,
			},
		);
	} finally {
		clearTimeout(timer);
	}
}

function channelOf(stream: Duplex): Channel {
	const outbox = new Outbox(() => stream.resume());
	stream.on("data", (bytes: Buffer) => {
		outbox.push("stdout", bytes);
		if (outbox.isFull) stream.pause();
	});
	stream.once("end", () => outbox.finish({ type: "closed", exitCode: null, error: null }));
	stream.once("error", (error) => outbox.finish({ type: "closed", exitCode: null, error: toErrorInfo(error) }));
	stream.once("close", () => outbox.finish({ type: "closed", exitCode: null, error: null }));
	outbox.announce({ type: "opened", session: null });
	return {
		onFrame: (listener) => outbox.connect(listener),
		send(frame) {
			if (frame.type === "stdin") return feedInput(stream, frame.bytes);
			if (frame.type === "stdinEnd" && !stream.writableEnded) stream.end();
			if (frame.type === "ack") outbox.acknowledge(frame.bytes);
		},
		close() {
			outbox.drop();
			stream.destroy();
		},
		end(reason) {
			outbox.finish({ type: "closed", exitCode: null, error: reason });
			stream.destroy();
		},
		closed: outbox.closed,
	};
}
