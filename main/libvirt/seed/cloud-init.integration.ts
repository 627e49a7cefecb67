import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { noCloudSeed } from "./index.ts";

const run = promisify(execFile);

/** A Debian with cloud-init, which npm run test:libvirt unpacks. It is only read. */
const root = process.env.HOMERANGE_CLOUD_INIT_ROOT;

/**
 * A first boot as far as cloud-init is concerned, in namespaces of its own: the root with a layer above that is thrown away,
 * two cards with the seed's MACs, and the four stages in their order. $1 the root, $2 the seed's files, $3 an empty folder.
 */
const firstBoot = `
set -eu
mount --make-rprivate /
mount -t tmpfs layer "$3"
mkdir "$3/upper" "$3/work" "$3/root"
mount -t overlay overlay -o "lowerdir=$1,upperdir=$3/upper,workdir=$3/work" "$3/root"
mount -t proc proc "$3/root/proc"
mount -t sysfs sys "$3/root/sys"
mount -t tmpfs run "$3/root/run"
mount --bind /dev "$3/root/dev"
mkdir -p "$3/root/var/lib/cloud/seed/nocloud" "$3/root/root"
cp "$2"/* "$3/root/var/lib/cloud/seed/nocloud/"
echo "{locale: false, ssh_genkeytypes: [ed25519]}" >"$3/root/etc/cloud/cloud.cfg.d/99-no-locales-here.cfg"
ip link add second address 52:54:00:00:00:02 type veth peer name first address 52:54:00:00:00:01
chroot "$3/root" /bin/sh -eu -c '
	export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8
	ldconfig
	for stage in "init --local" init "modules --mode=config" "modules --mode=final"; do
		cloud-init $stage >/run/said 2>&1 || { grep -v DEBUG /var/log/cloud-init.log >&2; exit 1; }
	done
	part() { printf "\\n== %s\\n" "$1"; shift; "$@"; }
	part hostname hostname
	part etc-hostname cat /etc/hostname
	part hosts cat /etc/hosts
	part links ip -o link
	part network cat /etc/netplan/50-cloud-init.yaml
	part account getent passwd operator
	part shadow getent shadow operator
	part sudo cat /etc/sudoers.d/90-cloud-init-users
	part keys cat /home/operator/.ssh/authorized_keys
	part file stat -c "%a %U" /opt/lab/flag.bin
	part file-content od -An -tx1 /opt/lab/flag.bin
	part command cat /opt/lab/ran
	part environment cat /etc/environment
	part result cat /run/cloud-init/result.json
'
`;

function parts(text: string): Record<string, string> {
	return Object.fromEntries(
		text
			.split("\n== ")
			.slice(1)
			.map((part) => [part.slice(0, part.indexOf("\n")), part.slice(part.indexOf("\n") + 1).trim()]),
	);
}

it("a real cloud-init makes of a seed what was asked for", async (context) => {
	if (!root) return context.skip("no cloud-init is here: npm run test:libvirt brings one along");
	const folder = await mkdtemp(join(tmpdir(), "hrtest-cloud-init-"));
	try {
		const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAtest operator@lab";
		const seed = noCloudSeed({
			instanceId: "i-real",
			hostname: "web-1",
			nics: [
				{
					mac: "52:54:00:00:00:01",
					ip: "10.0.1.50",
					prefix: 24,
					gateway: "10.0.1.1",
					isDefault: true,
					dns: ["10.0.1.1"],
				},
				{ mac: "52:54:00:00:00:02", ip: "10.0.3.50", prefix: 28, gateway: null, isDefault: false, dns: [] },
			],
			user: { name: "operator", passwordHash: "$6$salt$hash", sshKeys: [key] },
			files: [{ path: "/opt/lab/flag.bin", mode: 0o640, content: Uint8Array.of(0, 255, 10) }],
			environment: { LAB: "it's $HOME", PLAIN: "one two" },
			commands: ['printf %s "$LAB" >/opt/lab/ran'],
			hosts: [{ ip: "10.0.1.60", names: ["db", "db.lab"] }],
		});
		const files = join(folder, "files");
		await mkdir(files);
		await mkdir(join(folder, "layer"));
		await writeFile(join(folder, "seed.iso"), seed);
		for (const name of ["meta-data", "user-data", "network-config"]) {
			const { stdout } = await run("isoinfo", ["-J", "-i", join(folder, "seed.iso"), "-x", `/${name}`], {
				encoding: "buffer",
			});
			await writeFile(join(files, name), stdout);
		}
		const words = ["--mount", "--net", "--uts", "--ipc", "--pid", "--fork", "--kill-child"];
		const { stdout } = await run(
			"unshare",
			[...words, "sh", "-c", firstBoot, "sh", root, files, join(folder, "layer")],
			{ timeout: 100_000 },
		);
		const told = parts(stdout);
		expect(JSON.parse(told.result ?? "")).toMatchObject({ v1: { errors: [] } });
		expect([told.hostname, told["etc-hostname"]]).toEqual(["web-1", "web-1"]);
		expect(told.hosts).toContain("127.0.1.1 web-1\n10.0.1.60 db db.lab");
		expect(told.links).toMatch(/^\d+: eth0\b.*52:54:00:00:00:01/m);
		expect(told.links).toMatch(/^\d+: eth1\b.*52:54:00:00:00:02/m);
		expect(parse(told.network ?? "")).toMatchObject({
			network: {
				ethernets: {
					eth0: {
						addresses: ["10.0.1.50/24"],
						nameservers: { addresses: ["10.0.1.1"] },
						routes: [{ to: "0.0.0.0/0", via: "10.0.1.1" }],
					},
					eth1: { addresses: ["10.0.3.50/28"], dhcp4: false },
				},
			},
		});
		expect(told.account).toMatch(/^operator:x:\d+:\d+:.*:\/home\/operator:\/bin\/bash$/);
		expect(told.shadow).toMatch(/^operator:\$6\$salt\$hash:/);
		expect(told.sudo).toContain("operator ALL=(ALL) NOPASSWD:ALL");
		expect(told.keys).toBe(key);
		expect([told.file, told["file-content"]]).toEqual(["640 root", "00 ff 0a"]);
		expect(told.command).toBe("it's $HOME");
		expect(told.environment).toContain('PLAIN="one two"');
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
});
