import type { HostInfo } from "../contract/engines.ts";
import { HomerangeError } from "../contract/errors.ts";
import type { Bundles } from "./bundles/index.ts";
import type { ChangeBus } from "./changes/change-bus.ts";
import type { Database } from "./db/open.ts";
import type { HostEngine } from "./docker/host-engine.ts";
import { examine } from "./doctor/doctor.ts";
import type { AuditLog } from "./events/audit-log.ts";
import type { Images } from "./images/index.ts";
import type { Library } from "./library/library.ts";
import type { Templates } from "./library/templates.ts";
import { NetworkTests } from "./network-test/index.ts";
import type { Ranges } from "./ranges/index.ts";
import type { ChannelService, Services } from "./rpc/services.ts";
import type { VmService } from "./rpc/vm-service.ts";
import type { SettingsStore } from "./settings/settings-store.ts";
import type { Snapshots } from "./snapshots/index.ts";
import type { Tasks } from "./tasks/tasks.ts";
import { UsageSamplers } from "./usage/index.ts";

export interface ServiceParts {
	readonly info: HostInfo;
	/** Path of the engine's socket. */
	readonly socket: string;
	readonly library: Library;
	readonly templates: Templates;
	readonly snapshots: Snapshots;
	readonly ranges: Ranges;
	readonly images: Images;
	readonly bundles: Bundles;
	readonly tasks: Tasks;
	readonly events: AuditLog;
	readonly settings: SettingsStore;
	readonly host: HostEngine;
	readonly changes: ChangeBus;
	readonly consoles: ChannelService;
	readonly db: Database;
	readonly vms: VmService;
}

const snapshotEvents = 200;
/** For questions that a helper container answers. */
const limited = () => AbortSignal.timeout(120_000);

/** What the contract's procedures stand on, out of the engine's parts. */
export function createServices(parts: ServiceParts, close: () => Promise<void>): Services {
	const { info, library, templates, snapshots, ranges, images, tasks, events, settings, host, changes, consoles, vms } =
		parts;
	return {
		info,
		blueprints: { shipped: library.shipped, read: library.read, validate: library.validate },
		ranges,
		images,
		bundles: parts.bundles,
		usage: new UsageSamplers({
			get: (range) => ranges.get(range),
			site: (range, signal) => ranges.site(range, signal),
			changes,
		}),
		networkTests: new NetworkTests((range, signal) => ranges.site(range, signal)),
		layers: {
			list: () => ranges.layerStores(limited()),
			free: (request) => ranges.freeLayers(request, limited()),
		},
		tasks,
		events,
		settings,
		host,
		vms,
		changes,
		channels: consoles,
		templates,
		snapshots,
		runDoctor: (fix) => runDoctor(parts, fix),
		snapshot: () => ({
			kind: "snapshot",
			host: info,
			ranges: ranges.list().map((range) => ranges.get(range.id)),
			tasks: tasks.list(),
			engine: host.status(),
			settings: settings.get(),
			hypervisor: vms.status(),
			vms: vms.known(),
			events: events.list({ limit: snapshotEvents }),
		}),
		handOver: () => {
			if (info.kind === "app") {
				throw new HomerangeError("STATE_CONFLICT", "The app keeps its data folder until it is closed.", {
					remedy: "Quit the app.",
				});
			}
			tasks.stopAccepting();
			const running = tasks.running().map((task) => task.id);
			// The answer leaves before the connections go.
			if (running.length === 0) setImmediate(() => void close());
			else tasks.onIdle(() => void close());
			return { runningTasks: running };
		},
	};
}

async function runDoctor({ info, socket, settings, host, ranges, db }: ServiceParts, fix: boolean) {
	const engine = await host.rediscover();
	return examine(
		{
			dataFolder: info.dataFolder,
			socketPath: socket,
			settings: settings.get(),
			engine,
			host: engine.state === "connected" ? host.current() : null,
			checkDatabase: () => db.check(),
			findOrphans: (signal) => ranges.findOrphans(signal),
			removeOrphans: (signal) => ranges.removeOrphans(signal),
		},
		fix,
	);
}
