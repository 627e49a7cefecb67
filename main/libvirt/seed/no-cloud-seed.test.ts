import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { cloudConfig } from "./cloud-config.ts";
import type { GuestConfig } from "./guest-config.ts";
import { networkConfig } from "./network-config.ts";
import { noCloudSeed } from "./no-cloud-seed.ts";

const guest: GuestConfig = {
	instanceId: "i-1",
	hostname: "web",
	nics: [
		{ mac: "52:54:00:AA:00:01", ip: "10.0.1.50", prefix: 24, gateway: "10.0.1.1", isDefault: true, dns: ["10.0.1.1"] },
		{ mac: "52:54:00:aa:00:02", ip: "10.0.3.50", prefix: 28, gateway: "10.0.3.1", isDefault: false, dns: [] },
	],
	user: null,
	files: [],
	environment: {},
	commands: [],
	hosts: [],
};
/** cloud-init reads YAML 1.1. */
const read = (text: string) => parse(text, { version: "1.1" });
const content = (entry: { content: string }) => Buffer.from(entry.content, "base64").toString();

describe("a NoCloud seed", () => {
	it("gives each card its address by its MAC, and one default route", () => {
		expect(read(networkConfig(guest.nics))).toEqual({
			version: 2,
			ethernets: {
				eth0: {
					match: { macaddress: "52:54:00:aa:00:01" },
					"set-name": "eth0",
					dhcp4: false,
					dhcp6: false,
					addresses: ["10.0.1.50/24"],
					routes: [{ to: "0.0.0.0/0", via: "10.0.1.1" }],
					nameservers: { addresses: ["10.0.1.1"] },
				},
				eth1: {
					match: { macaddress: "52:54:00:aa:00:02" },
					"set-name": "eth1",
					dhcp4: false,
					dhcp6: false,
					addresses: ["10.0.3.50/28"],
				},
			},
		});
	});

	it("keeps a MAC of digits a text in YAML 1.1, where it could be a number in base 60", () => {
		const nic = {
			...guest.nics[0],
			mac: "52:54:00:10:00:01",
			ip: "10.0.0.2",
			prefix: 24,
			gateway: null,
			isDefault: true,
			dns: [],
		};
		expect(read(networkConfig([nic])).ethernets.eth0.match.macaddress).toBe("52:54:00:10:00:01");
		expect(networkConfig([nic])).toMatch(/macaddress: ["']/);
	});

	it("names the guest and its neighbours", () => {
		const config = { ...guest, hosts: [{ ip: "10.0.2.10", names: ["db", "db.lan"] }] };
		const said = read(cloudConfig(config));
		expect(cloudConfig(config)).toMatch(/^#cloud-config\n/);
		expect(said.hostname).toBe("web");
		expect(said.users).toBeUndefined();
		expect(said.write_files[0]).toMatchObject({ path: "/etc/hosts", append: true });
		expect(content(said.write_files[0])).toBe("127.0.1.1 web\n10.0.2.10 db db.lan\n");
	});

	it("makes an account that is entered by key, or by password too", () => {
		const keyed = read(
			cloudConfig({ ...guest, user: { name: "ann", passwordHash: null, sshKeys: ["ssh-ed25519 AAAA ann@x"] } }),
		);
		expect(keyed).toMatchObject({
			ssh_pwauth: false,
			groups: ["ann"],
			users: [
				{ name: "ann", primary_group: "ann", lock_passwd: true, ssh_authorized_keys: ["ssh-ed25519 AAAA ann@x"] },
			],
		});
		const open = read(cloudConfig({ ...guest, user: { name: "ann", passwordHash: "$6$salt$hash", sshKeys: [] } }));
		expect(open).toMatchObject({ ssh_pwauth: true, users: [{ lock_passwd: false, passwd: "$6$salt$hash" }] });
	});

	it("hands over files byte for byte with their modes", () => {
		const bytes = Uint8Array.of(0, 255, 10, 13);
		const said = read(
			cloudConfig({
				...guest,
				files: [
					{ path: "/etc/motd", mode: 0o644, content: "{{ jinja }}\n#cloud-config\n" },
					{ path: "/opt/run", mode: 0o4755, content: bytes },
				],
			}),
		);
		const [, motd, run] = said.write_files;
		expect(motd).toMatchObject({ path: "/etc/motd", permissions: "0644", owner: "root:root" });
		expect(content(motd)).toBe("{{ jinja }}\n#cloud-config\n");
		expect(run.permissions).toBe("4755");
		expect(Buffer.from(run.content, "base64")).toEqual(Buffer.from(bytes));
	});

	it("runs the commands with the environment", () => {
		const config = { ...guest, environment: { TZ: "UTC", ODD: "it's\n$HOME" }, commands: ["echo $ODD", "true"] };
		const said = read(cloudConfig(config));
		expect(said.runcmd).toEqual([". /etc/profile.d/homerange.sh", "echo $ODD", "true"]);
		expect(content(said.write_files[1])).toBe("export TZ='UTC'\nexport ODD='it'\\''s\n$HOME'\n");
		expect(content(said.write_files[2])).toBe('TZ="UTC"\n');
	});

	it("refuses names of variables and paths that a shell or a guest would take for something else", () => {
		expect(() => cloudConfig({ ...guest, environment: { "A;reboot": "1" } })).toThrow(RangeError);
		for (const path of ["etc/motd", "/a/../b", "/a\0b"]) {
			expect(() => cloudConfig({ ...guest, files: [{ path, mode: 0o644, content: "" }] })).toThrow(RangeError);
		}
	});

	it("keeps hostile texts what they are", () => {
		fc.assert(
			fc.property(
				fc.string({ unit: "binary", maxLength: 200 }).filter((value) => value.isWellFormed()),
				(text) => {
					const said = read(
						cloudConfig({ ...guest, commands: [text], files: [{ path: "/f", mode: 0, content: text }] }),
					);
					expect(said.runcmd).toEqual([text]);
					expect(content(said.write_files[1])).toBe(text);
					expect(Object.keys(said)).toEqual([
						"hostname",
						"preserve_hostname",
						"manage_etc_hosts",
						"write_files",
						"runcmd",
					]);
				},
			),
		);
	});

	it("is the same for the same guest, and another for another", () => {
		expect(Buffer.compare(noCloudSeed(guest), noCloudSeed(guest))).toBe(0);
		expect(Buffer.compare(noCloudSeed(guest), noCloudSeed({ ...guest, instanceId: "i-2" }))).not.toBe(0);
	});
});
