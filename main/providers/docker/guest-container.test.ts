import { describe, expect, test } from "vitest";
import type { ResolvedMachine } from "../../blueprint/resolved.ts";
import { containerSpec, type SpecContext } from "./container-spec.ts";
import { inGuest } from "./in-guest.ts";

const gib = 1024 ** 3;
const context: SpecContext = {
	owner: "owner",
	rangeId: "range",
	rangeName: "lab-1",
	apiVersion: "1.51",
	perMachineLimits: true,
	guestDevices: ["/dev/net/tun", "/dev/kvm"],
};
const guest: ResolvedMachine = {
	name: "vm",
	hostname: "vm",
	role: "machine",
	provider: "docker",
	os: "linux",
	kind: "linux-vm",
	source: { kind: "template", name: "debian" },
	image: "homerange/disk-debian:1",
	nics: [{ network: "lan", ip: "10.0.1.50", mac: "02:42:0a:00:01:32", isDefault: true }],
	cpus: 1.5,
	memoryBytes: 2 * gib,
	diskBytes: 10 * gib,
	command: null,
	environment: { TZ: "UTC" },
	files: [],
	postBoot: [],
	ready: null,
	dependsOn: [],
	vncPort: 5900,
	serial: true,
	labels: {},
};

describe("a VM in a container", () => {
	test("gets the devices and the one capability that its kind needs, and says its size to QEMU", () => {
		const { HostConfig: host, Env: environment } = containerSpec(guest, context);
		expect(host).toMatchObject({
			CapAdd: ["NET_ADMIN"],
			Devices: [
				{ PathOnHost: "/dev/net/tun", PathInContainer: "/dev/net/tun", CgroupPermissions: "rwm" },
				{ PathOnHost: "/dev/kvm", PathInContainer: "/dev/kvm", CgroupPermissions: "rwm" },
			],
		});
		expect(host).not.toHaveProperty("Privileged");
		expect(environment).toEqual(["GUEST=linux", "RAM_SIZE=2048M", "CPU_CORES=2", "DISK_SIZE=10240M", "TZ=UTC"]);
	});

	test("leaves QEMU memory beside the guest's", () => {
		const memory = containerSpec(guest, context).HostConfig?.Memory ?? 0;
		expect(memory).toBeGreaterThan(2 * gib + 128 * 1024 ** 2);
		expect(memory).toBeLessThan(3 * gib);
	});

	test("is told to do without KVM only where there is none", () => {
		expect(containerSpec(guest, context).Env).not.toContain("KVM=N");
		expect(containerSpec(guest, { ...context, guestDevices: ["/dev/net/tun"] }).Env).toContain("KVM=N");
	});

	test.each([
		{ kind: undefined },
		{ kind: "container" as const },
		{ kind: "linux-vm" as const, role: "router" as const },
	])("has nothing of it as %o", (change) => {
		const { kind: _, ...plain } = guest;
		const machine = { ...plain, ...change, ...(change.kind === undefined ? {} : { kind: change.kind }) };
		const spec = containerSpec(machine as ResolvedMachine, context);
		expect(spec.HostConfig?.Devices).toBeUndefined();
		expect(spec.Env).toEqual(["TZ=UTC"]);
	});

	test("runs commands in the guest as they are, whatever is in them", () => {
		const [program, script] = inGuest(["sh", "-c", "echo 'a' \"$b\"; `c`\n"]);
		expect(program).toBe("homerange-guest-run");
		expect(Buffer.from(script ?? "", "base64").toString()).toBe(`'sh' '-c' 'echo '\\''a'\\'' "$b"; \`c\`\n'\n`);
	});
});
