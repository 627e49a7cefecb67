import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { IsolationProfile } from "../../contract/ranges.ts";
import { Consoles } from "../consoles/index.ts";
import { runExec } from "../docker/exec.ts";
import { silentLog } from "../log.ts";
import { openTestRanges, type TestRanges } from "../ranges/testing/open-ranges.ts";
import { processesIn } from "../testing/processes.ts";
import { CaptureFile } from "./capture-file.ts";
import { captureTarget } from "./capture-target.ts";
import { saveCapture } from "./save-capture.ts";

const blueprint = `
blueprint: 1
name: pair
networks:
  lan: { subnet: 10.0.1.0/24 }
machines:
  one: { image: "homerange/busybox:1", command: [sleep, "100000"], nics: [{ network: lan, ip: 10.0.1.10 }] }
  two: { image: "homerange/busybox:1", command: [sleep, "100000"], nics: [{ network: lan, ip: 10.0.1.11 }] }
limits: { cpus: 1, memory: 512MiB }
`;

/** Source, destination and protocol of each IPv4 packet of a pcap file. */
function packetsOf(file: string): string[] {
	const bytes = readFileSync(file);
	expect(bytes.readUInt32LE(0)).toBe(0xa1b2c3d4);
	// Version 2.4, link type Ethernet.
	expect([bytes.readUInt16LE(4), bytes.readUInt16LE(6), bytes.readUInt32LE(20)]).toEqual([2, 4, 1]);
	const found: string[] = [];
	let at = 24;
	while (at < bytes.length) {
		const frame = bytes.subarray(at + 16, at + 16 + bytes.readUInt32LE(at + 8));
		at += 16 + frame.length;
		if (frame.readUInt16BE(12) !== 0x0800) continue;
		const address = (from: number) => [...frame.subarray(from, from + 4)].join(".");
		found.push(`${address(26)} ${address(30)} ${frame[23]}`);
	}
	expect(at).toBe(bytes.length);
	return found;
}

describe.each<IsolationProfile>(["privileged", "unprivileged"])("in the %s profile", (isolation) => {
	let bed: TestRanges;
	let consoles: Consoles;
	let folder: string;

	beforeAll(async () => {
		folder = mkdtempSync(join(tmpdir(), "homerange-pcap-"));
		bed = await openTestRanges({ settings: { isolation } });
		const [range] = await bed.deploy(blueprint);
		expect(range?.task.error).toBeNull();
		consoles = new Consoles({
			locate: (range, machine) => bed.ranges.locate(range, machine),
			locateNetwork: async (range, network) => captureTarget(await bed.ranges.site(range), network),
			openVm: () => Promise.reject(new Error("there are no VMs here")),
			scrollback: () => 1000,
			log: silentLog,
		});
	});

	afterAll(async () => {
		consoles?.close();
		await bed?.[Symbol.asyncDispose]();
		rmSync(folder, { recursive: true });
	});

	const open = (filter?: string, network = "lan") =>
		consoles.open({ kind: "capture", range: "pair-1", network, ...(filter === undefined ? {} : { filter }) });

	async function pingFromOne(): Promise<void> {
		const { inner, machines } = await bed.ranges.site("pair-1");
		const container = machines.find(({ spec }) => spec.name === "one")?.engineId ?? "";
		const command = ["ping", "-c", "3", "-i", "0.2", "10.0.1.11"];
		expect((await runExec(inner, container, { command })).exitCode).toBe(0);
	}

	async function captures(): Promise<string[]> {
		const { host, dind } = await bed.ranges.site("pair-1");
		return (await processesIn(host, dind.container)).filter((line) => /tcpdump|homerange-capture/.test(line));
	}

	test("what two machines say to each other is in a well-formed file, and stopping leaves nothing", async () => {
		const path = join(folder, "lan.pcap");
		const channel = await open("icmp");
		const saved = saveCapture(channel, await CaptureFile.create(path), () => undefined);
		expect(await captures()).not.toEqual([]);
		await pingFromOne();
		await channel.send({ type: "stdinEnd" });
		expect(await saved).toMatchObject({ packets: 6, error: null });
		const pair = ["10.0.1.10 10.0.1.11 1", "10.0.1.11 10.0.1.10 1"];
		expect(packetsOf(path)).toEqual([...pair, ...pair, ...pair]);
		expect(await captures()).toEqual([]);
	});

	test("a client that goes leaves no process", async () => {
		const channel = await open();
		channel.close();
		await channel.closed;
		const { host, dind } = await bed.ranges.site("pair-1");
		const script = "while grep -qs 'tcpdum[p]' /proc/[0-9]*/cmdline; do sleep 0.05; done";
		expect((await runExec(host, dind.container, { command: ["sh", "-c", script] })).exitCode).toBe(0);
	});

	test("a mistake in the filter and an unknown network are told", async () => {
		await expect(open("tcp prot 80")).rejects.toMatchObject({
			code: "INPUT_INVALID",
			message: expect.stringContaining("syntax error"),
		});
		// An option is part of the expression, never an option.
		await expect(open("-w /etc/passwd")).rejects.toMatchObject({ code: "INPUT_INVALID" });
		await expect(open(undefined, "wan")).rejects.toMatchObject({
			code: "NETWORK_NOT_FOUND",
			remedy: "Its networks are lan.",
		});
		expect(await captures()).toEqual([]);
	});

	test("a capture ends with its range, and says so", async () => {
		const channel = await open();
		const saved = saveCapture(channel, await CaptureFile.create(join(folder, "end.pcap")), () => undefined);
		await bed.ended(bed.ranges.stop("pair-1", undefined, "test"));
		expect(await saved).toMatchObject({ error: { code: "STATE_CONFLICT" } });
		await expect(open()).rejects.toMatchObject({ code: "STATE_CONFLICT" });
	});
});
