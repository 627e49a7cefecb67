import { z } from "zod";
import { escapeXml } from "../../libvirt/domains/xml/escape.ts";
import { attribute, children, parseXml, type XmlElement } from "../../libvirt/domains/xml/parse.ts";
import type { Domain, LibvirtConnection } from "../../libvirt/rpc/index.ts";
import { Affect } from "../../libvirt/rpc/index.ts";

/** The element of a domain's metadata that holds our own snapshots: they live and die with the domain. */
export const overlayNamespace = "https://homerange.dev/libvirt/snapshots/1";
const prefix = "homerange-snapshots";

const overlayDisk = z.object({
	target: z.string().min(1).max(16),
	path: z.string().min(1).max(4096),
	format: z.enum(["qcow2", "raw"]),
});
const overlaySnapshot = z.object({
	name: z.string().min(1).max(256),
	description: z.string().max(4000),
	createdAt: z.string().max(40),
	parent: z.string().max(256).nullable(),
	/** The files as they were: nobody writes them any more. */
	disks: z.array(overlayDisk).min(1).max(64),
});
export type OverlaySnapshot = z.infer<typeof overlaySnapshot>;

export interface OverlayRecord {
	readonly snapshots: readonly OverlaySnapshot[];
	/** The one that the disks stand on now. */
	readonly current: string | null;
}

const none: OverlayRecord = { snapshots: [], current: null };

/** Our snapshots of a domain; none when it has no record, or one that is not as we write it. */
export async function readOverlays({ domains }: LibvirtConnection, domain: Domain): Promise<OverlayRecord> {
	const xml = await domains.metadata(domain, { uri: overlayNamespace });
	return xml === null ? none : recordOf(parseXml(xml, "the record of snapshots"));
}

export async function writeOverlays(
	{ domains }: LibvirtConnection,
	domain: Domain,
	record: OverlayRecord,
): Promise<void> {
	const of = { uri: overlayNamespace, prefix };
	await domains.setMetadata(domain, of, record.snapshots.length === 0 ? null : recordXml(record), Affect.config);
}

/** All files that snapshots of ours need, from the domain's own XML. */
export function overlayFiles(domainXml: string): string[] {
	const root = parseXml(domainXml, "the domain");
	const metadata = children(root, "metadata").flatMap((each) => each.children);
	const found = metadata.find((element) => [...element.attributes.values()].includes(overlayNamespace));
	return found === undefined ? [] : recordOf(found).snapshots.flatMap(({ disks }) => disks.map(({ path }) => path));
}

function recordOf(element: XmlElement): OverlayRecord {
	const local = (each: XmlElement) => each.name.split(":").at(-1);
	const snapshots = element.children
		.filter((each) => local(each) === "snapshot")
		.flatMap((each) => {
			const parsed = overlaySnapshot.safeParse({
				name: attribute(each, "name"),
				description: attribute(each, "description") ?? "",
				createdAt: attribute(each, "created"),
				parent: attribute(each, "parent"),
				disks: each.children
					.filter((disk) => local(disk) === "disk")
					.map((disk) => ({
						target: attribute(disk, "target"),
						path: attribute(disk, "path"),
						format: attribute(disk, "format"),
					})),
			});
			return parsed.success ? [parsed.data] : [];
		});
	return { snapshots, current: attribute(element, "current") };
}

export function recordXml({ snapshots, current }: OverlayRecord): string {
	const attributes = (values: Record<string, string | null>) =>
		Object.entries(values)
			.map(([name, value]) => (value === null ? "" : ` ${name}="${escapeXml(value, name)}"`))
			.join("");
	const body = snapshots.map(({ name, description, createdAt, parent, disks }) => {
		const files = disks.map(({ target, path, format }) => `<disk${attributes({ target, path, format })}/>`).join("");
		return `<snapshot${attributes({ name, description, created: createdAt, parent })}>${files}</snapshot>`;
	});
	return `<snapshots${attributes({ current })}>${body.join("")}</snapshots>`;
}
