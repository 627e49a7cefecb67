import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { guestDisk } from "../../../main/testing/guest.ts";
import type { Bench, BenchContext, Figure } from "../bench.ts";
import { EngineProcess } from "../engine-process.ts";
import { interleave, timed } from "../measure.ts";

const run = promisify(execFile);
const diskMegabytes = 512;
const containers = [10, 11, 12, 13, 14, 15];
const vms = [50, 51];

/** What a VM costs: a disk that is linked instead of copied, and VMs and containers of one range side by side. */
export const vmBench: Bench = {
	name: "vms",
	title: "Virtual machines: a linked clone, and a range that mixes them with containers",
	async run(context) {
		const engine = await EngineProcess.start(context);
		const { api } = engine.client;
		try {
			const { state, reason } = await api.vms.hypervisor({});
			if (state !== "connected") {
				return { figures: [], skips: [{ name: "vms", reason: reason ?? "No libvirt answers here." }] };
			}
			return { figures: [await linkedClone(context, engine), await mixedRange(context, engine)] };
		} finally {
			for (const image of (await api.images.list({})).images) {
				if (image.kind === "disk") await api.images.delete({ image: image.name, force: false });
			}
			await api.doctor.prune({});
			await engine.close();
		}
	},
};

/** The disk's content cannot be compressed or left out, as that of an installed system. */
async function linkedClone(context: BenchContext, engine: EngineProcess): Promise<Figure> {
	const { api } = engine.client;
	const folder = mkdtempSync(join(tmpdir(), "hrbench-disk-"));
	const removeFolder = context.cleanup.add(`the folder ${folder}`, async () =>
		rmSync(folder, { recursive: true, force: true }),
	);
	const raw = join(folder, "bench-disk.raw");
	const size = context.quick ? 32 : diskMegabytes;
	await run("dd", ["if=/dev/urandom", `of=${raw}`, "bs=1M", `count=${size}`]);
	const disk = join(folder, "bench-disk.qcow2");
	await run("qemu-img", ["convert", "-O", "qcow2", raw, disk]);
	await engine.end(await api.images.import({ path: disk, name: "bench-disk" }));
	const make = async (name: string) => {
		const request = { name, image: "bench-disk", memoryBytes: 128 * 1024 ** 2, cpus: 1, nics: [] };
		await engine.end(await api.vms.create(request));
	};
	const remove = async (name: string) => engine.end(await api.vms.delete({ vm: name, deleteDisks: true }));
	const prefix = `hrbench-${process.pid}`;
	// The first one brings the disk to libvirt.
	await make(`${prefix}-first`);
	const values = await interleave(context, context.runs, {
		subject: async (round) => {
			const name = `${prefix}-${round}`;
			const ms = await timed(() => make(name));
			await remove(name);
			return ms;
		},
		baseline: async () => {
			const copy = join(folder, "copy.qcow2");
			const ms = await timed(() => run("qemu-img", ["convert", "-O", "qcow2", disk, copy]));
			rmSync(copy);
			return ms;
		},
	});
	await remove(`${prefix}-first`);
	await removeFolder();
	return {
		name: `a VM on a disk of ${size} MB of the library, defined and not started`,
		unit: "ms",
		...values,
		baselineIs: "qemu-img convert, which copies the disk, alone",
		budget: null,
	};
}

async function mixedRange(context: BenchContext, engine: EngineProcess): Promise<Figure> {
	await engine.end(await engine.client.api.images.import({ path: guestDisk(), name: "bench-guest" }));
	const deploy = async (text: string) => {
		let ranges: string[] = [];
		const ms = await timed(async () => {
			({ ranges } = await engine.deploy(text, { profile: "privileged" }));
		});
		await engine.destroy(ranges);
		return ms;
	};
	const ofContainers = containers.map(container);
	const ofVms = vms.map(vm);
	// Layers and the disk are on their places from here on.
	await deploy(blueprint([...ofContainers, ...ofVms]));
	const values = await interleave(context, context.runs, {
		subject: () => deploy(blueprint([...ofContainers, ...ofVms])),
		baseline: async () => (await deploy(blueprint(ofContainers))) + (await deploy(blueprint(ofVms))),
	});
	return {
		name: "deploy of two VMs and six containers, until the VMs are ready",
		unit: "ms",
		...values,
		baselineIs: "a deploy of the containers and one of the VMs, one after the other",
		budget: null,
	};
}

const container = (last: number) =>
	`  c${last}: { image: "homerange/busybox:1", command: [sleep, "100000"], nics: [{ network: lan, ip: 10.0.1.${last} }] }`;
const vm = (last: number) =>
	`  v${last}: { image: bench-guest, provider: libvirt, cpus: 1, memory: 256MiB, nics: [{ network: lan, ip: 10.0.1.${last} }], ready: { log: "guest ready" } }`;
const blueprint = (machines: readonly string[]) => `blueprint: 1
name: bench-mixed
networks: { lan: { subnet: 10.0.1.0/24 } }
machines:
${machines.join("\n")}
`;
