import { describe, expect, it } from "vitest";
import { LibvirtConnectionError } from "../errors.ts";
import { type SshTarget, sshArguments } from "./ssh.ts";

const relay = { kind: "virt-ssh-helper", uri: "qemu:///system" } as const;

describe("sshArguments", () => {
	it("puts everything into words of its own, and ends the options before the host", () => {
		const words = sshArguments({ host: "lab-1.example", user: "me", port: 2222, keyFile: "/k", relay });
		expect(words.slice(words.indexOf("--"))).toEqual([
			"--",
			"lab-1.example",
			"virt-ssh-helper",
			"--",
			"qemu:///system",
		]);
		expect(words).toContain("BatchMode=yes");
		expect(words.join(" ")).toContain("-p 2222 -i /k -l me --");
	});

	it("reaches a named socket with netcat", () => {
		const words = sshArguments({ host: "h", relay: { kind: "netcat", socket: "/run/libvirt/libvirt-sock" } });
		expect(words.slice(-4)).toEqual(["nc", "-U", "--", "/run/libvirt/libvirt-sock"]);
	});

	it("takes addresses of IPv6 without their brackets", () => {
		expect(sshArguments({ host: "[fe80::1]", relay })).toContain("fe80::1");
	});

	it.each<[string, Partial<SshTarget>]>([
		["a host that is an option", { host: "-oProxyCommand=reboot" }],
		["a host with a command", { host: "h;reboot" }],
		["a host with a blank", { host: "h x" }],
		["no host", { host: "" }],
		["a user that is an option", { user: "-x" }],
		["a user with a command", { user: "a$(reboot)" }],
		["a port that is none", { port: 0 }],
		["a socket with a command", { relay: { kind: "netcat", socket: "/x;reboot" } }],
		["a socket with a blank", { relay: { kind: "netcat", socket: "/x y" } }],
		["a uri with a quote", { relay: { kind: "virt-ssh-helper", uri: "qemu:///'" } }],
	])("refuses %s", (_, wrong) => {
		expect(() => sshArguments({ host: "h", relay, ...wrong })).toThrow(LibvirtConnectionError);
	});
});
