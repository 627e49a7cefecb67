import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createReadStream, createWriteStream, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { z } from "zod";
import { type LibvirtConnection, openLibvirt, type Volume } from "../../../main/libvirt/rpc/index.ts";
import { hasLibvirtd, open, PrivateDaemon } from "../../../main/libvirt/rpc/testing/test-daemon.ts";
import { virsh, virshUri } from "../../../main/libvirt/rpc/testing/virsh.ts";
import type { Bench, BenchContext, BenchResult, Figure, Skip } from "../bench.ts";
import { interleave, timed } from "../measure.ts";

const run = promisify(execFile);
const domainCount = 100;
const driver = "test:///default";
const calls = z.object({ list: z.number(), xml: z.number(), info: z.number(), stats: z.number() });
type Calls = z.infer<typeof calls>;

export const libvirt: Bench = {
	name: "libvirt",
	title: `The libvirt client on a daemon of its own: ${domainCount} domains of the test driver, and volumes`,
	async run(context) {
		if (!hasLibvirtd)
			return { figures: [], skips: [{ name: "libvirt", reason: "libvirtd and virsh are not installed" }] };
		const daemon = await PrivateDaemon.start();
		const stop = context.cleanup.add(`the libvirt daemon in ${daemon.folder}`, () => daemon.stop());
		try {
			const called = await benchCalls(context, daemon);
			return { ...called, figures: [...called.figures, ...(await benchTransfers(context, daemon))] };
		} finally {
			await stop();
		}
	},
};

/** The same calls, one after the other, by this client, by libvirt's C library and by virsh. */
async function benchCalls(context: BenchContext, daemon: PrivateDaemon): Promise<BenchResult> {
	const repeats = context.quick ? 3 : 20;
	// The driver forgets its domains with its last client.
	const connection = await open(daemon, driver);
	await Promise.all(
		Array.from({ length: domainCount - 1 }, (_, index) =>
			connection.domains.defineXml(
				`<domain type='test'><name>d${index}</name><memory>65536</memory><os><type>hvm</type></os></domain>`,
			),
		),
	);
	const names = (await connection.domains.list()).map(({ name }) => name);
	const figures: Figure[] = [];
	const skips: Skip[] = [];
	if (await hasPython()) {
		const ours: Calls[] = [];
		const theirs: Calls[] = [];
		const uri = virshUri(daemon.socketPath, driver);
		const script = join(import.meta.dirname, "..", "libvirt-calls.py");
		await interleave(context, context.runs, {
			subject: async () => ours.push(await timeCalls(connection, repeats)),
			baseline: async () => {
				const { stdout } = await run("/usr/bin/python3", [script, uri, String(repeats)]);
				return theirs.push(calls.parse(JSON.parse(stdout)));
			},
		});
		const what = {
			list: `list of ${domainCount}`,
			xml: `XML of ${domainCount}, ${domainCount} calls`,
			info: `info of ${domainCount}, ${domainCount} calls`,
			stats: `statistics of ${domainCount}, one call`,
		};
		for (const call of ["list", "xml", "info", "stats"] as const) {
			figures.push({
				name: what[call],
				unit: "ms",
				subject: ours.map((one) => one[call]),
				baseline: theirs.map((one) => one[call]),
				baselineIs: "python3-libvirt, which is libvirt's C library, on the same socket",
				budget: null,
			});
		}
	} else skips.push({ name: "calls against libvirt's C library", reason: "python3-libvirt is not installed" });
	const script = names.map((name) => `dumpxml ${name}`).join("; ");
	const xml = await interleave(context, context.runs, {
		subject: () => timed(() => connectAndReadAll(daemon, names)),
		baseline: () => timed(() => virsh(daemon.socketPath, driver, script)),
	});
	figures.push({
		name: `connect, look up and read the XML of ${domainCount}`,
		unit: "ms",
		...xml,
		baselineIs: 'one virsh with "dumpxml NAME; dumpxml NAME; …"',
		budget: null,
		notes: ["virsh includes the start of its process, this client runs in one that is there already."],
	});
	connection.close();
	return { figures, skips };
}

async function timeCalls({ domains }: LibvirtConnection, repeats: number): Promise<Calls> {
	const all = await domains.list();
	const per = async (work: () => Promise<unknown>): Promise<number> => {
		// What is measured is a program that has run for a while, not its first call.
		await work();
		const ms = await timed(async () => {
			for (let turn = 0; turn < repeats; turn++) await work();
		});
		return ms / repeats;
	};
	return {
		list: await per(() => domains.list()),
		xml: await per(async () => {
			for (const domain of all) await domains.xml(domain);
		}),
		info: await per(async () => {
			for (const domain of all) await domains.info(domain);
		}),
		stats: await per(() => domains.stats()),
	};
}

async function connectAndReadAll(daemon: PrivateDaemon, names: string[]): Promise<void> {
	const connection = await openLibvirt({ uri: driver, socket: daemon.socketPath });
	for (const name of names) await connection.domains.xml(await connection.domains.lookupByName(name));
	connection.close();
}

/** A file into a volume and out of it again. */
async function benchTransfers(context: BenchContext, daemon: PrivateDaemon): Promise<Figure[]> {
	const size = context.quick ? 64 * 1024 * 1024 : 256 * 1024 * 1024;
	const folder = mkdtempSync(join(tmpdir(), "homerange-bench-"));
	const remove = context.cleanup.add(`the folder ${folder}`, async () =>
		rmSync(folder, { recursive: true, force: true }),
	);
	const source = join(folder, "source");
	writeFileSync(source, randomBytes(size));
	const connection = await open(daemon);
	const target = join(daemon.folder, "pool");
	const pool = await connection.pools.defineXml(
		`<pool type='dir'><name>bench</name><target><path>${target}</path></target></pool>`,
	);
	await connection.pools.build(pool);
	await connection.pools.create(pool);
	const volume = await connection.volumes.create(
		pool,
		`<volume><name>v</name><capacity unit='bytes'>${size}</capacity><allocation>0</allocation></volume>`,
	);
	const speed = async (work: () => Promise<unknown>): Promise<number> => size / 1e3 / (await timed(work));
	const copy = join(folder, "copy");
	const ask = (command: string, file: string): Promise<string> =>
		virsh(daemon.socketPath, daemon.uri, command, "--pool", "bench", "v", file);
	const upload = await interleave(context, context.runs, {
		subject: () =>
			speed(() => connection.volumes.upload(volume, createReadStream(source, { highWaterMark: 256 * 1024 }))),
		baseline: () => speed(() => ask("vol-upload", source)),
	});
	const download = await interleave(context, context.runs, {
		subject: () => speed(() => downloadTo(connection, volume, copy)),
		baseline: () => speed(() => ask("vol-download", copy)),
	});
	connection.close();
	await remove();
	const megabytes = `${size / 1024 / 1024} MiB`;
	return [
		{ name: `upload of ${megabytes}`, unit: "MB/s", ...upload, baselineIs: "virsh vol-upload", budget: null },
		{ name: `download of ${megabytes}`, unit: "MB/s", ...download, baselineIs: "virsh vol-download", budget: null },
	];
}

async function downloadTo(connection: LibvirtConnection, volume: Volume, file: string): Promise<void> {
	await pipeline(await connection.volumes.download(volume), createWriteStream(file));
}

async function hasPython(): Promise<boolean> {
	return run("/usr/bin/python3", ["-c", "import libvirt"]).then(
		() => true,
		() => false,
	);
}
