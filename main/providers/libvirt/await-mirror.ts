import { HomerangeError } from "../../../contract/errors.ts";
import { attribute, child, children, parseXml } from "../../libvirt/domains/xml/parse.ts";
import type { BlockJobStatus, Domain, LibvirtConnection } from "../../libvirt/rpc/index.ts";
import type { VmHost } from "./vm-host.ts";

interface Mirror {
	readonly connection: Pick<LibvirtConnection, "domains" | "events" | "closed">;
	readonly vmHost: Pick<VmHost, "onDomain">;
	readonly domain: Domain;
	readonly target: string;
}

/**
 * Begins a commit of a running VM's topmost file, waits until libvirt says that it has caught up with the guest, and
 * ends it. False: the VM went off before that, which leaves both files as they are.
 */
export async function awaitMirror(
	{ connection, vmHost, domain, target }: Mirror,
	signal: AbortSignal,
	job: { begin(): Promise<void>; end(): Promise<void> },
): Promise<boolean> {
	const settled = Promise.withResolvers<"ready" | "off">();
	// Whoever waits is told; nobody may wait yet when it fails.
	settled.promise.catch(() => undefined);
	const onAbort = () => settled.reject(signal.reason);
	signal.addEventListener("abort", onAbort, { once: true });
	const stopListening = vmHost.onDomain(({ domain: { uuid }, event }) => {
		if (uuid === domain.uuid && (event === "stopped" || event === "crashed")) settled.resolve("off");
	});
	void connection.closed.then(settled.reject);
	const unsubscribe = await connection.events.on("domainBlockJob", (news) => {
		// Told by the disk's target or by its file, depending on libvirt's version.
		if (news.domain.uuid !== domain.uuid) return;
		if (news.status === "ready") settled.resolve("ready");
		if (news.status === "failed" || news.status === "canceled") settled.reject(notJoined(domain, news.status));
	});
	try {
		signal.throwIfAborted();
		await job.begin();
		if (isReady(await connection.domains.xml(domain, 0, { signal }), target)) settled.resolve("ready");
		if ((await settled.promise) === "off") return false;
		await job.end();
		return true;
	} finally {
		signal.removeEventListener("abort", onAbort);
		stopListening();
		await unsubscribe();
	}
}

/** A job that caught up before anybody listened says so in the domain only. */
function isReady(xml: string, target: string): boolean {
	const disks = children(child(parseXml(xml, "the domain"), "devices"), "disk");
	const disk = disks.find((each) => attribute(child(each, "target"), "dev") === target);
	return attribute(child(disk, "mirror"), "ready") === "yes";
}

function notJoined({ name }: Domain, status: BlockJobStatus): HomerangeError {
	return new HomerangeError(
		"ENGINE_REFUSED",
		`The disk of ${name} could not be joined after it was saved: ${status}.`,
		{
			place: name,
			remedy: "The VM runs on with one file more. The next snapshot, or its removal, clears that up.",
		},
	);
}
