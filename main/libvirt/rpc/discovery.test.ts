import { describe, expect, it } from "vitest";
import { type Endpoints, findEndpoints, socketFolder } from "./discovery.ts";
import { parseUri } from "./uri.ts";

function find(
	uri: string,
	present: string[] = [],
	env: NodeJS.ProcessEnv = { XDG_RUNTIME_DIR: "/run/user/7" },
): Endpoints {
	return findEndpoints(parseUri(uri), { env, homeFolder: "/home/me", exists: (path) => present.includes(path) });
}

function labels({ endpoints }: Endpoints): Record<string, [string, string]> {
	return Object.fromEntries(
		Object.entries(endpoints).map(([role, { connector, uri }]) => [role, [connector.label, uri]]),
	);
}

describe("findEndpoints", () => {
	it("takes the one daemon for everything", () => {
		const found = find("qemu:///system", ["/run/libvirt/libvirt-sock"]);
		expect(found.mode).toBe("monolithic");
		expect(new Set(Object.values(found.endpoints)).size).toBe(1);
		expect(labels(found).networks).toEqual(["/run/libvirt/libvirt-sock", "qemu:///system"]);
	});

	it("takes a daemon per kind of object where there are such, as libvirt itself prefers", () => {
		const names = ["libvirt", "virtqemud", "virtnetworkd", "virtstoraged", "virtnodedevd"];
		const found = find(
			"qemu:///system",
			names.map((name) => `/run/libvirt/${name}-sock`),
		);
		expect(found.mode).toBe("modular");
		expect(labels(found)).toEqual({
			domains: ["/run/libvirt/virtqemud-sock", "qemu:///system"],
			networks: ["/run/libvirt/virtnetworkd-sock", "network:///system"],
			storage: ["/run/libvirt/virtstoraged-sock", "storage:///system"],
			nodeDevices: ["/run/libvirt/virtnodedevd-sock", "nodedev:///system"],
		});
	});

	it("asks the daemon of the domains for what has no daemon here", () => {
		const found = find("qemu:///session", ["/run/user/7/libvirt/virtqemud-sock"]);
		expect(labels(found).storage).toEqual(["/run/user/7/libvirt/virtqemud-sock", "qemu:///session"]);
		expect(found.endpoints.storage).toBe(found.endpoints.domains);
	});

	it("believes a socket that is named, and looks beside it", () => {
		const named = "qemu:///system?socket=/x/virtqemud-sock";
		expect(labels(find(named, ["/x/virtnetworkd-sock"])).networks).toEqual([
			"/x/virtnetworkd-sock",
			"network:///system",
		]);
		expect(find("qemu:///system?socket=/x/other").mode).toBe("monolithic");
	});

	it("does not take the daemon of another driver", () => {
		expect(labels(find("test:///default", ["/run/libvirt/virtqemud-sock"])).domains?.[0]).toBe(
			"/run/libvirt/libvirt-sock",
		);
	});
});

describe("socketFolder", () => {
	it("is the user's for a session", () => {
		expect(socketFolder("/session", { env: { XDG_RUNTIME_DIR: "/run/user/7" }, homeFolder: "/home/me" })).toBe(
			"/run/user/7/libvirt",
		);
		expect(socketFolder("/session", { env: {}, homeFolder: "/home/me" })).toBe("/home/me/.cache/libvirt");
		expect(socketFolder("/session", { env: { XDG_CACHE_HOME: "/c" }, homeFolder: "/home/me" })).toBe("/c/libvirt");
	});
});
