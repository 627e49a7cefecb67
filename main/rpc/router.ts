import { implement } from "@orpc/server";
import type { Change } from "../../contract/changes.ts";
import { contract } from "../../contract/router.ts";
import type { Logger } from "../log.ts";
import { asBorderError } from "./border-errors.ts";
import type { Services } from "./services.ts";
import { mapStreamErrors } from "./stream-errors.ts";

/** Who is calling; each transport says it. */
export interface CallContext {
	readonly actor: "app" | "cli";
}

export type EngineRouter = ReturnType<typeof createRouter>;

/** The contract's procedures, for any transport. Every error leaves as one of the catalogue. */
export function createRouter(services: Services, log: Logger) {
	const { ranges, layers, images, tasks, events, settings, host, blueprints, templates, snapshots, vms } = services;
	const os = implement(contract)
		.$context<CallContext>()
		.use(async ({ next, path }) => {
			try {
				return await next();
			} catch (error) {
				throw asBorderError(error, path.join("."), log);
			}
		});
	/** The window shows at once what was known, and then what becomes of it. A command prints one answer, and ends. */
	const afterFirstLook = async <T>({ actor }: CallContext, read: () => T): Promise<T> => {
		if (actor === "cli") await ranges.whenLooked();
		return read();
	};
	const withBorderErrors = <T>(stream: AsyncGenerator<T, void>, path: readonly string[]) =>
		mapStreamErrors(stream, (error) => asBorderError(error, path.join("."), log));
	return os.router({
		host: {
			info: os.host.info.handler(() => services.info),
			handOver: os.host.handOver.handler(() => services.handOver()),
		},
		blueprints: {
			shipped: os.blueprints.shipped.handler(() => blueprints.shipped()),
			read: os.blueprints.read.handler(({ input }) => blueprints.read(input.source)),
			validate: os.blueprints.validate.handler(({ input }) => blueprints.validate(input.source)),
			preview: os.blueprints.preview.handler(({ input }) => ranges.preview(input)),
		},
		ranges: {
			list: os.ranges.list.handler(({ context }) => afterFirstLook(context, () => ranges.list())),
			get: os.ranges.get.handler(({ input, context }) => afterFirstLook(context, () => ranges.get(input.range))),
			deploy: os.ranges.deploy.handler(({ input, context }) => ranges.deploy(input, context.actor)),
			start: os.ranges.start.handler(({ input, context }) => ranges.start(input.range, input.machine, context.actor)),
			stop: os.ranges.stop.handler(({ input, context }) => ranges.stop(input.range, input.machine, context.actor)),
			restart: os.ranges.restart.handler(({ input, context }) =>
				ranges.restart(input.range, input.machine, context.actor),
			),
			pause: os.ranges.pause.handler(({ input, context }) => ranges.pause(input.range, input.machine, context.actor)),
			resume: os.ranges.resume.handler(({ input, context }) =>
				ranges.resume(input.range, input.machine, context.actor),
			),
			destroy: os.ranges.destroy.handler(({ input, context }) => ranges.destroy(input.range, context.actor)),
			continueInterrupted: os.ranges.continueInterrupted.handler(({ input, context }) =>
				ranges.continueInterrupted(input.range, context.actor),
			),
			retry: os.ranges.retry.handler(({ input, context }) => ranges.retry(input.range, input.machine, context.actor)),
			setNetwork: os.ranges.setNetwork.handler(({ input, context }) => ranges.setNetwork(input, context.actor)),
			previewUpdate: os.ranges.previewUpdate.handler(({ input }) => ranges.previewUpdate(input)),
			update: os.ranges.update.handler(({ input, context }) => ranges.update(input, context.actor)),
			usage: os.ranges.usage.handler(({ input, signal, path }) =>
				withBorderErrors(services.usage.watch(input.ranges, signal), path),
			),
			testNetwork: os.ranges.testNetwork.handler(({ input, signal, path }) =>
				withBorderErrors(services.networkTests.run(input.range, signal), path),
			),
		},
		tasks: {
			list: os.tasks.list.handler(() => tasks.list()),
			get: os.tasks.get.handler(({ input }) => tasks.get(input.taskId)),
			cancel: os.tasks.cancel.handler(({ input }) => tasks.cancel(input.taskId)),
			clear: os.tasks.clear.handler(() => ({ removed: tasks.clear() })),
		},
		events: {
			list: os.events.list.handler(({ input }) => events.list(input)),
		},
		settings: {
			get: os.settings.get.handler(() => settings.get()),
			set: os.settings.set.handler(({ input }) => settings.set(input)),
		},
		engine: {
			status: os.engine.status.handler(() => host.status()),
			rediscover: os.engine.rediscover.handler(() => host.rediscover()),
		},
		doctor: {
			run: os.doctor.run.handler(({ input, context }) => services.runDoctor(input.fix, context.actor)),
			leftovers: os.doctor.leftovers.handler(({ signal }) => ranges.findOrphans(within(signal))),
			prune: os.doctor.prune.handler(() => ranges.removeOrphans(within())),
		},
		layers: {
			list: os.layers.list.handler(() => layers.list()),
			free: os.layers.free.handler(({ input }) => layers.free(input)),
		},
		library: {
			templates: os.library.templates.handler(() => templates.list()),
			template: os.library.template.handler(({ input }) => templates.get(input.name)),
			createTemplate: os.library.createTemplate.handler(({ input, context }) => templates.create(input, context.actor)),
			updateTemplate: os.library.updateTemplate.handler(({ input, context }) =>
				templates.update(input.name, input.changes, context.actor),
			),
			duplicateTemplate: os.library.duplicateTemplate.handler(({ input, context }) =>
				templates.duplicate(input.name, input.copy, context.actor),
			),
			deleteTemplate: os.library.deleteTemplate.handler(({ input, context }) => {
				templates.delete(input.name, context.actor);
				return {};
			}),
			exportTemplate: os.library.exportTemplate.handler(({ input }) => templates.export(input.name)),
			importTemplate: os.library.importTemplate.handler(({ input, context }) => templates.import(input, context.actor)),
		},
		snapshots: {
			list: os.snapshots.list.handler(() => snapshots.list()),
			get: os.snapshots.get.handler(({ input }) => snapshots.get(input.snapshot)),
			takeMachine: os.snapshots.takeMachine.handler(({ input, context }) =>
				snapshots.takeMachine(input, context.actor),
			),
			edit: os.snapshots.edit.handler(({ input, context }) => snapshots.edit(input, context.actor)),
			delete: os.snapshots.delete.handler(async ({ input, context }) => {
				await snapshots.delete(input.snapshot, context.actor);
				return {};
			}),
		},
		rangeSnapshots: {
			list: os.rangeSnapshots.list.handler(() => snapshots.listRanges()),
			get: os.rangeSnapshots.get.handler(({ input }) => snapshots.getRange(input.snapshot)),
			take: os.rangeSnapshots.take.handler(({ input, context }) => snapshots.takeRange(input, context.actor)),
			edit: os.rangeSnapshots.edit.handler(({ input, context }) => snapshots.editRange(input, context.actor)),
			restore: os.rangeSnapshots.restore.handler(({ input, context }) => snapshots.restore(input, context.actor)),
			delete: os.rangeSnapshots.delete.handler(async ({ input, context }) => {
				await snapshots.deleteRange(input.snapshot, context.actor);
				return {};
			}),
		},
		bundles: {
			show: os.bundles.show.handler(({ input }) => services.bundles.show(input.file)),
			create: os.bundles.create.handler(({ input, context }) => services.bundles.create(input, context.actor)),
			install: os.bundles.install.handler(({ input, context }) => services.bundles.install(input, context.actor)),
		},
		images: {
			list: os.images.list.handler(({ signal }) => images.list(signal)),
			get: os.images.get.handler(({ input, signal }) => images.get(input.image, signal)),
			pull: os.images.pull.handler(({ input, context }) => images.pull(input, context.actor)),
			import: os.images.import.handler(({ input, context }) => images.import(input, context.actor)),
			imported: os.images.imported.handler(({ input }) => ({ names: images.imported(input.taskId) })),
			export: os.images.export.handler(({ input, context }) => images.export(input, context.actor)),
			build: os.images.build.handler(({ input, context }) => images.build(input, context.actor)),
			buildOutput: os.images.buildOutput.handler(({ input, signal, path }) =>
				withBorderErrors(images.buildOutput(input.taskId, signal), path),
			),
			promoteForm: os.images.promoteForm.handler(({ input }) => images.promoteForm(input.image)),
			promote: os.images.promote.handler(({ input, context }) => images.promote(input, context.actor)),
			delete: os.images.delete.handler(({ input, context }) => images.delete(input, context.actor)),
			prune: os.images.prune.handler(({ input, context }) => images.prune(input, context.actor)),
		},
		vms: {
			hypervisor: os.vms.hypervisor.handler(() => vms.hypervisor()),
			reconnect: os.vms.reconnect.handler(() => vms.reconnect()),
			templates: os.vms.templates.handler(() => vms.templates()),
			hostDevices: os.vms.hostDevices.handler(() => vms.hostDevices()),
			list: os.vms.list.handler(() => vms.list()),
			get: os.vms.get.handler(({ input }) => vms.get(input.vm)),
			create: os.vms.create.handler(({ input, context }) => vms.create(input, context.actor)),
			start: os.vms.start.handler(({ input, context }) => vms.start(input, context.actor)),
			stop: os.vms.stop.handler(({ input, context }) => vms.stop(input, context.actor)),
			pause: os.vms.pause.handler(({ input, context }) => vms.pause(input.vm, context.actor)),
			resume: os.vms.resume.handler(({ input, context }) => vms.resume(input.vm, context.actor)),
			reboot: os.vms.reboot.handler(({ input, context }) => vms.reboot(input.vm, context.actor)),
			reset: os.vms.reset.handler(({ input, context }) => vms.reset(input.vm, context.actor)),
			destroy: os.vms.destroy.handler(({ input, context }) => vms.destroy(input.vm, context.actor)),
			delete: os.vms.delete.handler(({ input, context }) => vms.delete(input, context.actor)),
			setAutostart: os.vms.setAutostart.handler(({ input, context }) =>
				vms.setAutostart(input.vm, input.autostart, context.actor),
			),
			rename: os.vms.rename.handler(({ input, context }) => vms.rename(input.vm, input.name, context.actor)),
			change: os.vms.change.handler(({ input, context }) => vms.change(input, context.actor)),
			clone: os.vms.clone.handler(({ input, context }) => vms.clone(input, context.actor)),
			insertIso: os.vms.insertIso.handler(({ input, context }) => vms.insertIso(input, context.actor)),
			ejectIso: os.vms.ejectIso.handler(({ input, context }) => vms.ejectIso(input, context.actor)),
			adopt: os.vms.adopt.handler(({ input, context }) => vms.adopt(input.vm, context.actor)),
			release: os.vms.release.handler(({ input, context }) => vms.release(input.vm, context.actor)),
			saveToLibrary: os.vms.saveToLibrary.handler(({ input, context }) => vms.saveToLibrary(input, context.actor)),
			screenshot: os.vms.screenshot.handler(({ input }) => vms.screenshot(input)),
			log: os.vms.log.handler(({ input }) => vms.log(input.vm, input.lines)),
			usage: os.vms.usage.handler(({ input, signal, path }) => withBorderErrors(vms.usage(input.vms, signal), path)),
			snapshots: {
				ways: os.vms.snapshots.ways.handler(({ input }) => vms.snapshotWays(input.vm)),
				list: os.vms.snapshots.list.handler(({ input }) => vms.listSnapshots(input.vm)),
				create: os.vms.snapshots.create.handler(({ input, context }) => vms.createSnapshot(input, context.actor)),
				revert: os.vms.snapshots.revert.handler(({ input, context }) =>
					vms.revertSnapshot(input.vm, input.snapshot, context.actor),
				),
				delete: os.vms.snapshots.delete.handler(({ input, context }) => vms.deleteSnapshot(input, context.actor)),
			},
		},
		changes: {
			watch: os.changes.watch.handler(({ signal }) => watch(services, signal)),
		},
	});
}

const mostMs = 60_000;

/** Until the caller goes, and not longer than an engine that does not answer is waited for. */
function within(signal?: AbortSignal): AbortSignal {
	const limit = AbortSignal.timeout(mostMs);
	return signal === undefined ? limit : AbortSignal.any([signal, limit]);
}

/** The snapshot is taken after the subscription begins, in one go: no change falls between. */
async function* watch(services: Services, signal = new AbortController().signal): AsyncGenerator<Change, void> {
	const changes = services.changes.subscribe(signal);
	yield services.snapshot();
	yield* changes;
}
