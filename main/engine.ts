import { homedir } from "node:os";
import { join } from "node:path";
import type { HostInfo } from "../contract/engines.ts";
import { Bundles, bundleLibrary } from "./bundles/index.ts";
import { captureTarget } from "./capture/index.ts";
import { ChangeBus } from "./changes/change-bus.ts";
import { Consoles } from "./consoles/index.ts";
import { installationId } from "./db/installation.ts";
import { openDatabase } from "./db/open.ts";
import { HostEngine } from "./docker/host-engine.ts";
import { AuditLog } from "./events/audit-log.ts";
import { DiskGuard } from "./guard/index.ts";
import { DiskPool } from "./images/disks/disk-pool.ts";
import { Images } from "./images/index.ts";
import { openLibrary } from "./library/library.ts";
import { ownContent } from "./library/own-content.ts";
import { TemplateStore } from "./library/template-store.ts";
import { Templates } from "./library/templates.ts";
import { LibvirtHost } from "./libvirt/host/index.ts";
import { openLog } from "./log.ts";
import { prepareDataFolder, type ResourcePaths, socketPath } from "./paths.ts";
import { LibvirtRangeVms } from "./providers/libvirt/libvirt-range-vms.ts";
import { LibvirtVmHost } from "./providers/libvirt/libvirt-vm-host.ts";
import { Ranges } from "./ranges/index.ts";
import { lockDataFolder } from "./rpc/lock.ts";
import { createRouter, type EngineRouter } from "./rpc/router.ts";
import { serveEngine } from "./rpc/server.ts";
import { createServices } from "./services.ts";
import { SettingsStore } from "./settings/settings-store.ts";
import { SnapshotStore, Snapshots, savedRange } from "./snapshots/index.ts";
import { begin } from "./start-up.ts";
import { Tasks } from "./tasks/tasks.ts";
import { version } from "./version.ts";
import { SerialLines } from "./vms/consoles/serial-lines.ts";
import { Vms } from "./vms/index.ts";

export interface EngineOptions {
	readonly dataFolder: string;
	readonly kind: HostInfo["kind"];
	readonly resources: ResourcePaths;
	readonly env: NodeJS.ProcessEnv;
}

/** The one engine of a data folder. */
export interface Engine {
	/** The contract's procedures; the app serves them on MessagePorts. */
	readonly router: EngineRouter;
	readonly consoles: Consoles;
	readonly info: HostInfo;
	/** Resolves when the engine has let go of everything. */
	readonly ended: Promise<void>;
	/** No client is connected, nothing runs, no shell waits to be attached again and no machine to be started again. */
	isQuiet(): boolean;
	/** Calls back when the last client left or the last task ended. */
	onQuiet(listener: () => void): void;
	/** Stops what runs, then lets go of the data folder. Ranges go on in Docker. */
	close(): Promise<void>;
}

/**
 * Starts the engine of a data folder: takes its lock (`ENGINE_LOCKED`), opens
 * the database, serves the socket, and begins to look for Docker.
 */
export async function startEngine(options: EngineOptions): Promise<Engine> {
	prepareDataFolder(options.dataFolder);
	const held = new AsyncDisposableStack();
	try {
		return await compose(options, held);
	} catch (error) {
		await held.disposeAsync();
		throw error;
	}
}

/** Puts the parts together in the order of their needs; `held` lets go of them in the opposite order. */
async function compose(options: EngineOptions, held: AsyncDisposableStack): Promise<Engine> {
	const { dataFolder, resources, env, kind } = options;
	held.adopt(lockDataFolder(dataFolder), (lock) => lock.release());
	const log = held.adopt(openLog(join(dataFolder, "logs"), env.HOMERANGE_LOG), (opened) => opened.close());
	const db = held.adopt(openDatabase(dataFolder, resources.migrations), (opened) => opened.close());
	const changes = held.adopt(new ChangeBus(), (bus) => bus.close());
	const settings = new SettingsStore(db, changes, log);
	const events = new AuditLog(db, changes);
	const tasks = new Tasks(db, changes, log);
	const snapshotStore = new SnapshotStore(db, changes);
	const templateStore = new TemplateStore(db, changes, log);
	const library = await openLibrary(resources, ownContent(dataFolder, templateStore, snapshotStore));
	const host = held.adopt(new HostEngine({ env, homeFolder: homedir(), log }), (engine) => engine.close());
	const owner = installationId(db, dataFolder);
	const libvirt = held.adopt(
		new LibvirtHost({
			...{ dataFolder, installation: owner, log, env, homeFolder: homedir(), platform: process.platform },
			setting: () => settings.get().libvirt,
			onStatus: (status) => changes.publish({ kind: "hypervisor", hypervisor: status }),
		}),
		(hypervisor) => hypervisor.close(),
	);
	settings.onChange((now, before) => {
		if (now.libvirt !== before.libvirt) void libvirt.settingChanged();
	});
	const lines = held.adopt(
		new SerialLines({ host: libvirt, scrollback: () => settings.get().scrollback, log }),
		(all) => all.close(),
	);
	const disks = new DiskPool(dataFolder, db);
	const vms = new LibvirtRangeVms(new LibvirtVmHost({ libvirt, docker: host, disks, lines }), owner);
	const ranges = new Ranges({
		vms,
		host,
		db,
		tasks,
		events,
		settings,
		changes,
		library: library.lookup,
		savedRange: (ref) => savedRange(snapshotStore, ref),
		blueprintFolders: library.blueprintFolders,
		owner,
		log,
	});
	const templates = new Templates({
		shipped: library.shippedTemplates,
		store: templateStore,
		snapshots: snapshotStore,
		events,
		ranges: () => ranges.list().map(({ id }) => ranges.get(id)),
	});
	const images = held.adopt(
		new Images({
			host,
			db,
			tasks,
			events,
			settings,
			changes,
			log,
			dataFolder,
			ranges: () => ranges.list().map((range) => ranges.get(range.id)),
			templates: () => templates.list(),
			createTemplate: (input, actor) => templates.create(input, actor),
		}),
		(cache) => cache.close(),
	);
	await images.clean();
	const bundles = new Bundles({
		dataFolder,
		productVersion: version(),
		blueprintFolders: library.blueprintFolders,
		library: bundleLibrary(library.lookup, templateStore, snapshotStore),
		host,
		tasks,
		events,
		settings,
		log,
	});
	await bundles.begin();
	const snapshots = new Snapshots({ store: snapshotStore, ranges, host, vms, disks, tasks, events, owner, log });
	const guard = held.adopt(new DiskGuard({ host, ranges, events, changes, log }), (watch) => watch.close());
	const virtualMachines = held.adopt(
		new Vms({
			...{ host: libvirt, lines, installation: owner, tasks, events, changes, settings, disks, log },
			snapshots: snapshotStore,
			rangeOf: (rangeId, machineId) => rangeNames(ranges, rangeId, machineId),
		}),
		(machines) => machines.close(),
	);
	const consoles = new Consoles({
		locate: (range, machine) => ranges.locateConsole(range, machine),
		locateNetwork: async (range, network) => captureTarget(await ranges.site(range), network),
		openVm: (request) => virtualMachines.consoles.open(request),
		scrollback: () => settings.get().scrollback,
		log,
	});

	const info: HostInfo = {
		version: version(),
		pid: process.pid,
		kind,
		dataFolder,
		startedAt: new Date().toISOString(),
	};
	const socket = socketPath(dataFolder, env);
	const { promise: ended, resolve: end } = Promise.withResolvers<void>();
	const ending = new AbortController();
	let closing: Promise<void> | null = null;
	const close = (): Promise<void> => {
		closing ??= letGo();
		return closing;
	};
	const parts = {
		info,
		socket,
		library,
		templates,
		snapshots,
		ranges,
		images,
		bundles,
		tasks,
		events,
		settings,
		host,
		changes,
		consoles,
		db,
		vms: virtualMachines,
	};
	const router = createRouter(createServices(parts, close), log);
	const server = await serveEngine(socket, router, consoles, log);

	async function letGo(): Promise<void> {
		log.info({}, "the engine ends");
		// Who comes from now on finds nobody, and waits for the next engine. The lock goes last: the next engine never
		// removes a socket of ours that is in use.
		server.stopListening();
		ending.abort();
		guard.close();
		await tasks.close();
		consoles.close();
		await ranges.close();
		await held.disposeAsync();
		server.closeConnections();
		end();
	}

	begin({ info, tasks, events, changes, host, ranges, snapshots, log }, ending.signal);
	return {
		router,
		consoles,
		info,
		ended,
		isQuiet: () => server.clients === 0 && tasks.running().length === 0 && consoles.shells === 0 && !ranges.isWaiting,
		onQuiet: (listener) => {
			server.onIdle(listener);
			tasks.onIdle(listener);
		},
		close,
	};
}

/** Names by ids, for a VM whose range may be gone by now. */
function rangeNames(ranges: Ranges, rangeId: string, machineId: string): { range: string; machine: string } | null {
	const found = ranges.list().find(({ id }) => id === rangeId);
	const machine = found && ranges.get(rangeId).machines.find(({ id }) => id === machineId);
	return found && machine ? { range: found.name, machine: machine.name } : null;
}
