// Starts the test guest in a plain QEMU without KVM, on a throw-away overlay, and waits for its last line.
import { spawn } from "node:child_process";
import { guestDisk } from "./guest.mjs";
import { log } from "./log.mjs";
import { Impossible, seconds } from "./steps.mjs";

const limitMs = 240_000;

/** Boots it once. Gives how long it took until it said that it is ready. */
export async function bootGuest() {
	const args = ["-accel", "tcg", "-m", "128", "-display", "none", "-monitor", "none", "-serial", "stdio", "-no-reboot"];
	args.push("-drive", `file=${guestDisk()},format=qcow2,if=virtio,snapshot=on`);
	args.push("-netdev", "user,id=n,restrict=on", "-device", "virtio-net-pci,netdev=n");
	const start = performance.now();
	const qemu = spawn("qemu-system-x86_64", args, { stdio: ["ignore", "pipe", "inherit"] });
	const limit = setTimeout(() => qemu.kill(), limitMs);
	let said = "";
	try {
		for await (const chunk of qemu.stdout) {
			log.write(chunk);
			said = (said + chunk.toString("latin1")).slice(-4096);
			if (said.includes("guest ready")) return `ready after ${seconds(performance.now() - start)} without KVM`;
		}
	} finally {
		clearTimeout(limit);
		qemu.kill();
	}
	throw new Impossible(`the guest did not get ready:\n${said}`, "Read the log of this run.");
}
