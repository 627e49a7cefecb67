import type {
	BlueprintSource,
	Change,
	ChannelFrame,
	ChannelRequest,
	DeployPreview,
	DeployRequest,
	DoctorCheck,
	EngineStatus,
	FreedLayers,
	HostInfo,
	LayerStore,
	Leftovers,
	NetworkTestNews,
	PreviewUpdateRequest,
	RangeDetail,
	RangeSummary,
	RangeUpdate,
	RangeUsage,
	ShippedBlueprint,
	UpdateRequest,
	Validation,
} from "../../contract/index.ts";
import type { Bundles } from "../bundles/index.ts";
import type { ChangeBus } from "../changes/change-bus.ts";
import type { AuditLog } from "../events/audit-log.ts";
import type { ImageService } from "../images/index.ts";
import type { Templates } from "../library/templates.ts";
import type { SettingsStore } from "../settings/settings-store.ts";
import type { Snapshots } from "../snapshots/index.ts";
import type { Tasks } from "../tasks/tasks.ts";
import type { VmService } from "./vm-service.ts";

type Operation = (range: string, machine: string | undefined, actor: string) => Promise<{ taskId: string }>;

/** What the border needs of the ranges. */
export interface RangeService {
	whenLooked(): Promise<void>;
	list(): RangeSummary[];
	get(range: string): RangeDetail;
	preview(request: DeployRequest): Promise<DeployPreview>;
	deploy(request: DeployRequest, actor: string): Promise<{ rangeId: string; rangeName: string; taskId: string }[]>;
	start: Operation;
	stop: Operation;
	restart: Operation;
	pause: Operation;
	resume: Operation;
	destroy(range: string, actor: string): Promise<{ taskId: string }>;
	continueInterrupted(range: string, actor: string): Promise<{ taskId: string }>;
	retry: Operation;
	findOrphans(signal: AbortSignal): Promise<Leftovers>;
	removeOrphans(signal: AbortSignal): Promise<Leftovers>;
	setNetwork(
		request: { range: string; network: string; internet: boolean },
		actor: string,
	): Promise<{ taskId: string }>;
	previewUpdate(request: PreviewUpdateRequest): Promise<RangeUpdate>;
	update(request: UpdateRequest, actor: string): Promise<{ taskId: string }>;
}

/** What ranges and machines use, sampled while somebody iterates. */
export interface UsageService {
	watch(ranges: readonly string[], signal?: AbortSignal): AsyncGenerator<RangeUsage, void>;
}

/** The stores of image layers. */
export interface LayerService {
	list(): Promise<LayerStore[]>;
	free(request: { all: boolean }): Promise<FreedLayers>;
}

export interface NetworkTestService {
	run(range: string, signal?: AbortSignal): AsyncGenerator<NetworkTestNews, void>;
}

/** One open byte channel, as the engine's side sees it. */
export interface ServedChannel {
	onFrame(listener: (frame: ChannelFrame) => void): void;
	/** Takes a frame of the client; a promise asks the client to wait with the next one. */
	send(frame: ChannelFrame): void | Promise<void>;
	close(): void;
	readonly closed: Promise<void>;
}

export interface ChannelService {
	open(request: ChannelRequest): Promise<ServedChannel>;
}

/** Everything that the contract's procedures stand on. */
export interface Services {
	readonly info: HostInfo;
	readonly blueprints: {
		shipped(): Promise<ShippedBlueprint[]>;
		read(source: BlueprintSource): Promise<{ file: string; text: string }>;
		validate(source: BlueprintSource): Promise<Validation>;
	};
	readonly ranges: RangeService;
	readonly usage: UsageService;
	readonly networkTests: NetworkTestService;
	readonly images: ImageService;
	readonly bundles: Pick<Bundles, "show" | "create" | "install">;
	readonly layers: LayerService;
	readonly vms: VmService;
	readonly tasks: Tasks;
	readonly events: AuditLog;
	readonly settings: SettingsStore;
	readonly host: { status(): EngineStatus; rediscover(): Promise<EngineStatus> };
	readonly changes: ChangeBus;
	readonly channels: ChannelService;
	readonly templates: Pick<Templates, keyof Templates>;
	readonly snapshots: Pick<Snapshots, keyof Snapshots>;
	runDoctor(fix: boolean, actor: string): Promise<DoctorCheck[]>;
	/** Everything at once: what a watcher gets first. */
	snapshot(): Change;
	/** Ends the engine after its running tasks, for another one; refused by the app's engine. */
	handOver(): { runningTasks: string[] };
}
