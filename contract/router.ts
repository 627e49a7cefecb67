import { eventIterator } from "@orpc/contract";
import { z } from "zod";
import { blueprintSource, deployPreview, deployRequest, shippedBlueprint, validation } from "./blueprints.ts";
import { bundleInfo, createBundleRequest, installBundleRequest, showBundleRequest } from "./bundles.ts";
import { change } from "./changes.ts";
import { doctorCheck, engineStatus, hostInfo } from "./engines.ts";
import { auditEvent, severity } from "./events.ts";
import {
	buildImageRequest,
	buildLine,
	deletedImage,
	deleteImageRequest,
	exportImageRequest,
	imageDetail,
	imageList,
	imageRef,
	importImageRequest,
	promoteForm,
	pruneAnswer,
	pruneImagesRequest,
	pullImageRequest,
} from "./images.ts";
import { freedLayers, freeLayersRequest, layerStore } from "./layers.ts";
import { leftovers } from "./leftovers.ts";
import {
	editRangeSnapshotRequest,
	editSnapshotRequest,
	importTemplateRequest,
	libraryName,
	rangeSnapshot,
	restoreRangeRequest,
	snapshot,
	snapshotRef,
	takeRangeSnapshotRequest,
	takeSnapshotRequest,
	template,
	templateChange,
	templateFile,
	templateInput,
} from "./library.ts";
import { networkTestNews } from "./network-test.ts";
import { base, nothing, started } from "./procedure.ts";
import { previewUpdateRequest, rangeUpdate, updateRequest } from "./range-update.ts";
import { machineRef, networkName, rangeDetail, rangeRef, rangeSummary } from "./ranges.ts";
import { settings } from "./settings.ts";
import { task } from "./tasks.ts";
import { rangeUsage, usageRequest } from "./usage.ts";
import { vmContract } from "./vm-router.ts";

const target = z.strictObject({ range: rangeRef, machine: machineRef.optional() });
const templateRef = z.strictObject({ name: libraryName });

/** The one contract between the engine and its clients, for both transports. */
export const contract = {
	host: {
		info: base.input(nothing).output(hostInfo),
		/**
		 * Asks a background engine to end once it has no running task, so that the
		 * app can take the data folder. Refused by the app's own engine.
		 */
		handOver: base.input(nothing).output(z.object({ runningTasks: z.array(z.string()) })),
	},
	blueprints: {
		shipped: base.input(nothing).output(z.array(shippedBlueprint)),
		/** The text of a shipped blueprint or of a file, for showing it. */
		read: base
			.input(z.strictObject({ source: blueprintSource }))
			.output(z.object({ file: z.string(), text: z.string() })),
		validate: base.input(z.strictObject({ source: blueprintSource })).output(validation),
		preview: base.input(deployRequest).output(deployPreview),
	},
	ranges: {
		list: base.input(nothing).output(z.array(rangeSummary)),
		get: base.input(z.strictObject({ range: rangeRef })).output(rangeDetail),
		/** Accepts the deploy and starts one task per copy; follow them by `changes.watch`. */
		deploy: base
			.input(deployRequest)
			.output(z.array(z.object({ rangeId: z.string(), rangeName: z.string(), taskId: z.string() }))),
		start: base.input(target).output(started),
		stop: base.input(target).output(started),
		restart: base.input(target).output(started),
		pause: base.input(target).output(started),
		resume: base.input(target).output(started),
		destroy: base.input(z.strictObject({ range: rangeRef })).output(started),
		/** Goes on with an operation that died half-way. */
		continueInterrupted: base.input(z.strictObject({ range: rangeRef })).output(started),
		/** Tries again what failed, and leaves alone what runs. */
		retry: base.input(target).output(started),
		/** Switches a network's way to the internet, with effect on flows that are under way. */
		setNetwork: base
			.input(z.strictObject({ range: rangeRef, network: networkName, internet: z.boolean() }))
			.output(started),
		/** What a blueprint would change in a range that exists. */
		previewUpdate: base.input(previewUpdateRequest).output(rangeUpdate),
		update: base.input(updateRequest).output(started),
		usage: base.input(usageRequest).output(eventIterator(rangeUsage)),
		/** Probes every pair of machines, and the internet, and compares with what the blueprint wants. */
		testNetwork: base.input(z.strictObject({ range: rangeRef })).output(eventIterator(networkTestNews)),
	},
	tasks: {
		list: base.input(nothing).output(z.array(task)),
		get: base.input(z.strictObject({ taskId: z.string().max(64) })).output(task),
		/** Asks for a cancel; a task that ended already is left as it is. */
		cancel: base.input(z.strictObject({ taskId: z.string().max(64) })).output(task),
		/** Forgets the tasks that ended. */
		clear: base.input(nothing).output(z.object({ removed: z.number() })),
	},
	events: {
		list: base
			.input(
				z.strictObject({
					range: rangeRef.optional(),
					/** This severity and worse. */
					severity: severity.optional(),
					/** Only rows older than this id. */
					before: z.number().int().optional(),
					limit: z.number().int().min(1).max(1000).default(200),
				}),
			)
			.output(z.array(auditEvent)),
	},
	settings: {
		get: base.input(nothing).output(settings),
		set: base.input(settings.partial()).output(settings),
	},
	engine: {
		status: base.input(nothing).output(engineStatus),
		/** Looks for engines again, now. */
		rediscover: base.input(nothing).output(engineStatus),
	},
	doctor: {
		run: base.input(z.strictObject({ fix: z.boolean().default(false) })).output(z.array(doctorCheck)),
		/** What is left on Docker and libvirt of ranges that are not known any more. */
		leftovers: base.input(nothing).output(leftovers),
		/** Removes it, and gives what went. */
		prune: base.input(nothing).output(leftovers),
	},
	layers: {
		list: base.input(nothing).output(z.array(layerStore)),
		/** Removes stores that no range uses, and from the others images that are neither on the host nor in a range. */
		free: base.input(freeLayersRequest).output(freedLayers),
	},
	library: {
		templates: base.input(nothing).output(z.array(template)),
		template: base.input(templateRef).output(template),
		createTemplate: base.input(templateInput).output(template),
		/** Shipped templates cannot be changed. */
		updateTemplate: base.input(templateRef.extend({ changes: templateChange })).output(template),
		/** Makes a copy, of a shipped one too, that can be changed. */
		duplicateTemplate: base.input(templateRef.extend({ copy: libraryName })).output(template),
		/** Refused while it is used. */
		deleteTemplate: base.input(templateRef).output(nothing),
		exportTemplate: base.input(templateRef).output(templateFile),
		importTemplate: base.input(importTemplateRequest).output(template),
	},
	/** Of single machines. */
	snapshots: {
		list: base.input(nothing).output(z.array(snapshot)),
		get: base.input(z.strictObject({ snapshot: snapshotRef })).output(snapshot),
		takeMachine: base.input(takeSnapshotRequest).output(started),
		edit: base.input(editSnapshotRequest).output(snapshot),
		/** Refused while something stands on it. */
		delete: base.input(z.strictObject({ snapshot: snapshotRef })).output(nothing),
	},
	/** Of whole ranges. New ranges come from one by a deploy whose source is a `range-snapshot`. */
	rangeSnapshots: {
		list: base.input(nothing).output(z.array(rangeSnapshot)),
		get: base.input(z.strictObject({ snapshot: snapshotRef })).output(rangeSnapshot),
		take: base.input(takeRangeSnapshotRequest).output(started),
		edit: base.input(editRangeSnapshotRequest).output(rangeSnapshot),
		/** Brings a range back to it, in place: what its machines have written since is lost. */
		restore: base.input(restoreRangeRequest).output(started),
		delete: base.input(z.strictObject({ snapshot: snapshotRef })).output(nothing),
	},
	images: {
		list: base.input(nothing).output(imageList),
		get: base.input(z.strictObject({ image: imageRef })).output(imageDetail),
		/** From its registry, with the credentials of the Docker command. */
		pull: base.input(pullImageRequest).output(started),
		/** Checked before anything of it reaches the engine or the pool. */
		import: base.input(importImageRequest).output(started),
		/** The names that an import gave, once it is done. */
		imported: base
			.input(z.strictObject({ taskId: z.string().max(64) }))
			.output(z.object({ names: z.array(z.string()) })),
		export: base.input(exportImageRequest).output(started),
		build: base.input(buildImageRequest).output(started),
		/** The output of one of the newest builds, from its oldest kept line to its end. */
		buildOutput: base.input(z.strictObject({ taskId: z.string().max(64) })).output(eventIterator(buildLine)),
		/** A template of the image, filled in from its own metadata. */
		promoteForm: base.input(z.strictObject({ image: imageRef })).output(promoteForm),
		/** Makes the template; refused for an image that is not here. */
		promote: base.input(templateInput).output(template),
		/** Removes it from the engine, too; refused while something stands on it. */
		delete: base.input(deleteImageRequest).output(deletedImage),
		/** Removes what nothing stands on; a dry run only says what that is and what it frees. */
		prune: base.input(pruneImagesRequest).output(pruneAnswer),
	},
	bundles: {
		/** What a bundle says that it holds. Its layers are not read. */
		show: base.input(showBundleRequest).output(bundleInfo),
		/** Writes one file with everything that the blueprints need on a machine without a network. */
		create: base.input(createBundleRequest).output(started),
		/** Brings in what a bundle holds, after all of it was checked. What is here already is left alone. */
		install: base.input(installBundleRequest).output(started),
	},
	/** Virtual machines that stand alone, those of ranges, and those of other tools. */
	vms: vmContract,
	changes: {
		watch: base.input(nothing).output(eventIterator(change)),
	},
};
