import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { PacketType } from "../wire/header.ts";
import { RecordingProxy } from "./recording-proxy.ts";
import { understand } from "./understand-packet.ts";

/**
 * Writes golden-packets.ts: what virsh and a daemon with libvirt's test driver say to each other. Run it by hand when the
 * tables grow: node main/libvirt/rpc/testing/record-golden-packets.ts [SOCKET]
 */
const commands = [
	"version",
	"list --all",
	"dominfo test",
	"domstate test --reason",
	"dumpxml test",
	"domstats",
	"dumpxml there-is-none",
	"autostart test",
	"suspend test",
	"resume test",
	"desc test --title hello",
	"desc test",
	"snapshot-create-as test first",
	"snapshot-list test",
	"snapshot-current test --name",
	"snapshot-dumpxml test first",
	"snapshot-revert test first",
	"snapshot-delete test first",
	"net-list --all",
	"net-dumpxml default",
	"net-dhcp-leases default",
	"pool-list --all --details",
	"pool-dumpxml default-pool",
	"vol-create-as default-pool v 1M",
	"vol-list default-pool --details",
	"vol-info v default-pool",
	"vol-dumpxml v default-pool",
	"vol-delete v default-pool",
	"nodeinfo",
	"freecell",
	"setvcpus test 1",
	"setmem test 1024",
	"shutdown test",
];

const [socket = "/run/libvirt/libvirt-sock"] = process.argv.slice(2);
const proxy = await RecordingProxy.start(socket);
const uri = `test+unix:///default?socket=${proxy.socketPath}`;
try {
	// The test driver forgets everything with its last client: this one keeps it, and hears the events.
	const events = spawn("virsh", ["-c", uri, "event", "--all", "--loop", "--timeout", "60"], {
		stdio: ["ignore", "pipe", "inherit"],
	});
	const watched = proxy.packets.length;
	while (!proxy.packets.slice(watched).some(({ from, procedure }) => from === "daemon" && procedure === 316)) {
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
	// One of the commands is about what does not exist, so the status says nothing.
	const virsh = spawn("virsh", ["-c", uri, commands.join("; ")], { stdio: ["ignore", "inherit", "inherit"] });
	await once(virsh, "close");
	events.kill();
	await once(events, "close");
	write();
} finally {
	await proxy.stop();
}

/** One packet of each kind: direction, type, procedure and status. */
function write(): void {
	const kinds = new Map<string, string>();
	for (const packet of proxy.packets) {
		const { from, type, procedure, status, payload } = packet;
		const { name } = understand(packet);
		if (!name || type === PacketType.stream) continue;
		const kind = `${name}, ${from}${type === PacketType.message ? " event" : ""}`;
		if (!kinds.has(kind)) {
			const fields = {
				name: kind,
				from,
				type,
				procedure,
				program: packet.program,
				status,
				payload: payload.toString("hex"),
			};
			kinds.set(kind, JSON.stringify(fields));
		}
	}
	const file = fileURLToPath(new URL("golden-packets.ts", import.meta.url));
	const lines = [...kinds.values()].map((line) => `\t${line},`);
	const head = "/** What virsh and libvirtd 9.0 say to each other. Written by record-golden-packets.ts. */\n";
	writeFileSync(file, `${head}export const goldenPackets = [\n${lines.join("\n")}\n] as const;\n`);
	console.log(`${kinds.size} packets in ${file}`);
}
