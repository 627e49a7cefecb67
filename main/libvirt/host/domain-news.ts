import type { Domain, DomainEvent, LibvirtConnection, Unsubscribe } from "../rpc/index.ts";

/** Something that happened to a domain, whoever did it. */
export type DomainNews =
	| { readonly kind: "lifecycle"; readonly event: DomainEvent; readonly detail: number }
	/** The guest restarted by itself. */
	| { readonly kind: "reboot" }
	| { readonly kind: "agent"; readonly isConnected: boolean }
	/** Its disk could not be read or written; `reason` is "enospc" when the host's disk is full. */
	| { readonly kind: "io-error"; readonly path: string; readonly reason: string; readonly isPaused: boolean }
	/** Devices, media, memory, a title or an owner's mark are others now. */
	| { readonly kind: "changed" };

export type DomainListener = (domain: Domain, news: DomainNews) => void;

/** Hears of everything that this daemon tells of its domains. Ends with the connection. */
export async function listenToDomains(connection: LibvirtConnection, tell: DomainListener): Promise<Unsubscribe[]> {
	const { events } = connection;
	const changed = ({ domain }: { domain: Domain }) => tell(domain, { kind: "changed" });
	return [
		await events.on("domainLifecycle", ({ domain, event, detail }) =>
			tell(domain, { kind: "lifecycle", event, detail }),
		),
		await events.on("domainReboot", ({ domain }) => tell(domain, { kind: "reboot" })),
		await events.on("domainAgent", ({ domain, state }) =>
			tell(domain, { kind: "agent", isConnected: state === "connected" }),
		),
		await events.on("domainIoError", ({ domain, path, reason, action }) =>
			tell(domain, { kind: "io-error", path, reason, isPaused: action === "pause" }),
		),
		await events.on("domainDeviceAdded", changed),
		await events.on("domainDeviceRemoved", changed),
		await events.on("domainDiskChange", changed),
		await events.on("domainMetadata", changed),
		await events.on("domainBalloon", changed),
	];
}
