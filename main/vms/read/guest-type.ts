import type { OsFamily } from "../../../contract/library.ts";
import { type DomainDescription, domainTemplates } from "../../libvirt/domains/index.ts";

/** Ids of osinfo-db, which other tools write into what they make. */
const systems: readonly (readonly [RegExp, OsFamily])[] = [
	[/microsoft\.com\/(win|windows)/i, "windows"],
	[/apple\.com\/(macosx?|macos)/i, "macos"],
	[
		/(debian|ubuntu|fedoraproject|redhat|centos|rockylinux|almalinux|opensuse|suse|archlinux|alpinelinux|gentoo|nixos|linuxmint|kali)\.(org|com|io)\//i,
		"linux",
	],
];
const osinfo = /<(?:[a-z]+:)?os id=(["'])([^"']{1,200})\1/i;

/** What runs in a VM: what its template is for, else what its maker wrote down, else what its devices tell. */
export function guestType(described: DomainDescription, xml: string): OsFamily {
	const template = described.owner?.template ?? null;
	const known = template === null ? undefined : domainTemplates().get(template);
	if (known !== undefined) return known.os;
	const id = osinfo.exec(xml)?.[2];
	const found = id === undefined ? undefined : systems.find(([pattern]) => pattern.test(id));
	if (found !== undefined) return found[1];
	// Only Windows makes use of these, and tools write them for nothing else.
	return /<hyperv[ >]/.test(xml) ? "windows" : "other";
}
