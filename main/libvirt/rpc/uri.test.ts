import { describe, expect, it } from "vitest";
import { LibvirtConnectionError } from "./errors.ts";
import { driverUri, parseUri } from "./uri.ts";

const local = { transport: "unix", host: null, user: null, port: null, socket: null, keyFile: null, command: null };

describe("parseUri", () => {
	it("reads local addresses", () => {
		expect(parseUri("qemu:///system")).toEqual({ ...local, driver: "qemu", path: "/system" });
		expect(parseUri("test:///default")).toEqual({ ...local, driver: "test", path: "/default" });
		expect(parseUri("qemu+unix:///session?socket=/run/user/1000/libvirt/libvirt-sock")).toEqual({
			...local,
			driver: "qemu",
			path: "/session",
			socket: "/run/user/1000/libvirt/libvirt-sock",
		});
	});

	it("reads addresses of other hosts", () => {
		expect(parseUri("qemu+ssh://lab@host.example:2222/system?keyfile=/home/me/.ssh/id_lab")).toEqual({
			...local,
			driver: "qemu",
			path: "/system",
			transport: "ssh",
			host: "host.example",
			user: "lab",
			port: 2222,
			keyFile: "/home/me/.ssh/id_lab",
		});
		expect(parseUri("qemu+ssh://host:22/system").port).toBe(22);
		expect(parseUri("qemu+ssh://[fe80::1]/system").host).toBe("[fe80::1]");
	});

	it.each([
		"",
		"qemu",
		"/run/libvirt/libvirt-sock",
		"qemu+tcp://host/system",
		"qemu+tls://host/system",
		"qemu+unix://host/system",
		"qemu+ssh:///system",
		"qemu+ssh://host:99999/system",
		"qemu:///%zz",
		"javascript:alert(1)",
		`qemu:///${"x".repeat(5000)}`,
	])("refuses %j and says what to use", (uri) => {
		expect(() => parseUri(uri)).toThrow(LibvirtConnectionError);
	});

	it("gives the daemon its own address", () => {
		expect(driverUri(parseUri("qemu+ssh://me@host/session"))).toBe("qemu:///session");
		expect(driverUri(parseUri("test:///path/to/node.xml"))).toBe("test:///path/to/node.xml");
	});
});
