import { join } from "node:path";
import { HomerangeError } from "../../../contract/errors.ts";
import type { HypervisorStatus } from "../../../contract/hypervisor.ts";
import type { Logger } from "../../log.ts";
import type { HostAbility } from "../domains/index.ts";
import { type LibvirtConnection, versionText } from "../rpc/index.ts";
import { type DomainListener, listenToDomains } from "./domain-news.ts";
import { withLibvirtErrors } from "./failure.ts";
import { failureStatus, findLibvirt, type Surroundings } from "./find-libvirt.ts";
import { describeHost, readHostAbility, versionNumber } from "./read-host.ts";
import { HostStorage } from "./storage.ts";

export interface LibvirtHostOptions extends Surroundings {
	readonly dataFolder: string;
	/** The installation's id, of which the pool is named. */
	readonly installation: string;
	/** `auto`, `off` or an address, as the settings say it now. */
	setting(): string;
	onStatus(status: HypervisorStatus): void;
	readonly log: Logger;
}

interface Connected {
	readonly connection: LibvirtConnection;
	readonly setting: string;
	readonly libvirtVersion: number;
	readonly storage: HostStorage;
	ability: Promise<HostAbility> | null;
}

const systemImages = "/var/lib/libvirt/images";
const firstRetryMs = 500;
const longestRetryMs = 30_000;
const place = "libvirt";
const idle: HypervisorStatus = {
	state: "idle",
	uri: null,
	libvirtVersion: null,
	qemuVersion: null,
	reason: null,
	remedy: null,
	host: null,
};

/**
 * The hypervisor of this machine. Nothing is connected before somebody asks; from then on a connection that breaks is
 * made again, and whoever listens hears when it is.
 */
export class LibvirtHost {
	readonly #options: LibvirtHostOptions;
	readonly #domainListeners = new Set<DomainListener>();
	readonly #connectedListeners = new Set<(connection: LibvirtConnection) => void>();
	readonly #lostListeners = new Set<() => void>();
	readonly #leftListeners = new Set<() => void>();
	readonly #ending = new AbortController();
	#status = idle;
	#connected: Connected | null = null;
	#connecting: Promise<Connected> | null = null;
	#retry: NodeJS.Timeout | null = null;
	#retryMs = firstRetryMs;

	constructor(options: LibvirtHostOptions) {
		this.#options = options;
	}

	/** What is known now, without looking. */
	status(): HypervisorStatus {
		return this.#status;
	}

	/** Looks, and says what is there. Never fails: why there is no connection is in the answer. */
	async look(): Promise<HypervisorStatus> {
		try {
			const { connection, libvirtVersion } = await this.#connect();
			const host = await describeHost(connection, await this.ability(), this.scope());
			const qemuVersion = await connection.node.hypervisorVersion();
			this.#tell({
				...{ state: "connected", uri: connection.uri, reason: null, remedy: null },
				...{ libvirtVersion: versionText(libvirtVersion), qemuVersion, host },
			});
		} catch (error) {
			if (this.#connected !== null && !(error instanceof HomerangeError && error.code === "HYPERVISOR_UNAVAILABLE")) {
				// Connected, and something that it was asked went wrong: an emulator is missing, for example.
				const reason = error instanceof Error ? error.message : String(error);
				const remedy = error instanceof HomerangeError ? error.remedy : null;
				this.#tell({ ...this.#status, state: "connected", reason, remedy, host: null });
			}
		}
		return this.#status;
	}

	/** Lets the connection go, and looks again as the settings say now. */
	async reconnect(): Promise<HypervisorStatus> {
		await this.#connecting?.catch(() => undefined);
		const before = this.#connected;
		this.#connected = null;
		before?.connection.close();
		this.#stopRetrying();
		this.#status = idle;
		return this.look();
	}

	/** Leaves a hypervisor that is not the chosen one any more. One that nobody asked for yet is not looked for. */
	async settingChanged(): Promise<void> {
		if (this.#status.state === "idle") return;
		await this.#connecting?.catch(() => undefined);
		if (this.#connected?.setting === this.#options.setting()) return;
		for (const listener of this.#leftListeners) listener();
		await this.reconnect();
	}

	/** Errors: `HYPERVISOR_UNAVAILABLE`. */
	async connection(): Promise<LibvirtConnection> {
		return (await this.#connect()).connection;
	}

	/** As libvirt counts: 9.0.0 is 9000000. */
	async libvirtVersion(): Promise<number> {
		return (await this.#connect()).libvirtVersion;
	}

	async storage(): Promise<HostStorage> {
		return (await this.#connect()).storage;
	}

	/** What new VMs can have here. Read once for each connection. */
	async ability(): Promise<HostAbility> {
		const connected = await this.#connect();
		connected.ability ??= withLibvirtErrors(place, () =>
			readHostAbility(connected.connection, connected.libvirtVersion),
		).catch((error: unknown) => {
			connected.ability = null;
			throw error;
		});
		return connected.ability;
	}

	/** The daemon of the whole machine, or the person's own. */
	scope(): "system" | "session" {
		return this.#connected?.connection.uri.includes("/session") === true ? "session" : "system";
	}

	/** Whether its host is this machine: then its paths are ours. */
	isLocal(): boolean {
		const uri = this.#connected?.connection.uri ?? "";
		return /^[a-z]+(\+unix)?:\/\/\//.test(uri);
	}

	/** Whether files that libvirt makes for itself alone can be opened by this process: its sockets, for example. */
	sharesFiles(): boolean {
		return this.isLocal() && (this.scope() === "session" || process.getuid?.() === 0);
	}

	/** Also over a connection that is made again. */
	onDomainEvent(listener: DomainListener): () => void {
		this.#domainListeners.add(listener);
		return () => this.#domainListeners.delete(listener);
	}

	/** Whenever a connection is there: what was known before may be out of date. */
	onConnected(listener: (connection: LibvirtConnection) => void): () => void {
		this.#connectedListeners.add(listener);
		return () => this.#connectedListeners.delete(listener);
	}

	/** Whenever a connection broke: what is known from now on may be out of date. */
	onLost(listener: () => void): () => void {
		this.#lostListeners.add(listener);
		return () => this.#lostListeners.delete(listener);
	}

	/** Whenever another hypervisor was chosen, or none: what was known of the one before is of no use. */
	onLeft(listener: () => void): () => void {
		this.#leftListeners.add(listener);
		return () => this.#leftListeners.delete(listener);
	}

	close(): void {
		this.#ending.abort();
		this.#stopRetrying();
		this.#connected?.connection.close();
		this.#connected = null;
	}

	async #connect(): Promise<Connected> {
		if (this.#ending.signal.aborted) throw unavailable("The engine is shutting down.", null);
		if (this.#connected !== null && this.#connected.setting === this.#options.setting()) return this.#connected;
		if (this.#connecting === null) {
			this.#connecting = this.#open().finally(() => {
				this.#connecting = null;
			});
		}
		return this.#connecting;
	}

	async #open(): Promise<Connected> {
		const setting = this.#options.setting();
		this.#connected?.connection.close();
		this.#connected = null;
		this.#stopRetrying();
		if (this.#status.state === "idle") this.#tell({ ...idle, state: "connecting" });
		try {
			const connected = await this.#openAs(setting);
			this.#connected = connected;
			this.#retryMs = firstRetryMs;
			const { connection } = connected;
			const libvirtVersion = await connection.node.libvirtVersion();
			this.#tell({ ...idle, state: "connected", uri: connection.uri, libvirtVersion });
			void connection.closed.then(() => this.#lost(connected));
			for (const listener of this.#connectedListeners) listener(connection);
			return connected;
		} catch (error) {
			const { state, reason, remedy } = failureStatus(error, this.#options.platform);
			// One that was there and is not is being restarted, as far as anybody knows: it is not missing.
			if (this.#status.state !== "lost") this.#tell({ ...idle, state, reason, remedy });
			// Whoever asked meanwhile stopped the timer.
			else if (!this.#ending.signal.aborted) this.#retryLater();
			throw unavailable(this.#status.reason ?? reason, this.#status.remedy ?? remedy, error);
		}
	}

	async #openAs(setting: string): Promise<Connected> {
		const { log, installation, dataFolder } = this.#options;
		const connection = await findLibvirt(setting, this.#options, this.#ending.signal);
		try {
			const libvirtVersion = versionNumber(await connection.node.libvirtVersion());
			await listenToDomains(connection, (domain, news) => {
				for (const listener of this.#domainListeners) listener(domain, news);
			});
			log.info({ uri: connection.uri, libvirtVersion }, "libvirt is connected");
			const name = `homerange-${installation.slice(0, 12)}`;
			const isSession = connection.uri.includes("/session");
			const folder = isSession ? join(dataFolder, "vms") : `${systemImages}/${name}`;
			return { connection, setting, libvirtVersion, storage: new HostStorage(connection, name, folder), ability: null };
		} catch (error) {
			connection.close();
			throw error;
		}
	}

	#lost(connected: Connected): void {
		if (this.#connected !== connected || this.#ending.signal.aborted) return;
		this.#connected = null;
		this.#options.log.warn({ uri: connected.connection.uri }, "the connection to libvirt broke");
		this.#tell({
			...this.#status,
			state: "lost",
			host: null,
			reason: "The connection to libvirt broke: its daemon ended, or restarts. VMs that run go on.",
			remedy: "It is tried again by itself. If it does not come back: systemctl status libvirtd.",
		});
		for (const listener of this.#lostListeners) listener();
		this.#retryLater();
	}

	/** What was there once comes back: a daemon that is absent for a moment is being restarted. */
	#retryLater(): void {
		this.#stopRetrying();
		this.#retry = setTimeout(() => {
			this.#retryMs = Math.min(longestRetryMs, this.#retryMs * 2);
			this.#connect().then(
				() => void this.look(),
				// The next time is set by then.
				() => undefined,
			);
		}, this.#retryMs);
		this.#retry.unref();
	}

	#stopRetrying(): void {
		if (this.#retry !== null) clearTimeout(this.#retry);
		this.#retry = null;
	}

	#tell(status: HypervisorStatus): void {
		if (JSON.stringify(status) === JSON.stringify(this.#status)) return;
		this.#status = status;
		this.#options.onStatus(status);
	}
}

function unavailable(reason: string, remedy: string | null, cause?: unknown): HomerangeError {
	return new HomerangeError("HYPERVISOR_UNAVAILABLE", reason, { place, remedy, cause });
}
