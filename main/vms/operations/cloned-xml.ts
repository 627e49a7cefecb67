import { HomerangeError } from "../../../contract/errors.ts";
import {
	type DomainOwner,
	describeDomain,
	ownerMetadata,
	ownerNamespace,
	ownerPrefix,
} from "../../libvirt/domains/index.ts";
import { escapeXml, unescapeXml } from "../../libvirt/domains/xml/escape.ts";
import { randomMac } from "../names.ts";
import { overlayNamespace } from "../snapshots/overlay-record.ts";

export interface CloneIdentity {
	readonly uuid: string;
	readonly name: string;
	readonly serialLog: string;
	readonly owner: DomainOwner;
	/** Media that were made for the other VM alone: its drive is empty in this one. */
	isOwnMedium(path: string): boolean;
}

/**
 * The definition of a VM that is like another one and is none of it: with a name, a UUID, addresses, firmware variables
 * and sockets of its own. The XML is libvirt's own answer, which is always laid out in the same way; what is not
 * understood stays letter by letter. Errors: `UNSUPPORTED` when what comes out does not say what it should.
 */
export function clonedXml(xml: string, { uuid, name, serialLog, owner, isOwnMedium }: CloneIdentity): string {
	const before = describeDomain(xml);
	const changed = withOwner(
		xml
			.replace(/^( {2}<name>)[\s\S]*?(<\/name>)$/m, (_, open, close) => `${open}${escapeXml(name, "the name")}${close}`)
			.replace(/^( {2}<uuid>)[^<]*(<\/uuid>)$/m, (_, open, close) => `${open}${uuid}${close}`)
			// A title is what people call that one VM.
			.replace(/^ {2}<title>[\s\S]*?<\/title>\n/m, "")
			// libvirt makes a new file of them from its template.
			.replace(/^ {4}<nvram\b[^>]*(?:\/>|>[\s\S]*?<\/nvram>)\n/m, "")
			.replace(/(<mac address=)(["'])[^"']*\2/g, () => nextMac())
			.replace(/(<log file=)(["'])[^"']*\2/g, (_, start) => `${start}"${escapeXml(serialLog, "the serial log")}"`)
			.replace(/^ {4}<disk [^>]*\bdevice=(["'])cdrom\1[\s\S]*?^ {4}<\/disk>\n/gm, (drive) =>
				drive.replace(/^ *<source file=(["'])([^"']*)\1[^>]*\/>\n/m, (source, _, path) =>
					isOwnMedium(unescapeXml(path)) ? "" : source,
				),
			)
			// Paths of sockets that libvirt chooses anew for each VM.
			.replace(/^( *<source mode=(["'])bind\2) path=(["'])[^"']*\3/gm, "$1")
			.replace(/(<(?:listen type=(["'])socket\2|graphics\b[^>]*)) socket=(["'])[^"']*\3/g, "$1"),
		owner,
	);
	const after = describeDomain(changed);
	const isRight =
		before.problem === null &&
		after.problem === null &&
		after.name === name &&
		after.uuid === uuid &&
		after.owner?.installation === owner.installation &&
		after.nics.length === before.nics.length &&
		after.nics.every(({ mac }) => before.nics.every((nic) => nic.mac !== mac)) &&
		after.disks.length === before.disks.length;
	if (isRight) return changed;
	throw new HomerangeError("UNSUPPORTED", "The definition of this VM cannot be copied.", {
		place: before.name,
		remedy: "It holds something that Homerange does not understand; clone it with virt-clone.",
	});
}

function nextMac(): string {
	return `<mac address="${randomMac()}"`;
}

/** Ours in place of whatever mark of ours stood there; marks of other tools stay. */
function withOwner(xml: string, owner: DomainOwner): string {
	const element = ownerMetadata(owner).xml.replace(
		/^<([\w-]+)/,
		`<${ownerPrefix}:$1 xmlns:${ownerPrefix}="${ownerNamespace}"`,
	);
	const without = [ownerNamespace, overlayNamespace].reduce((text, namespace) => {
		const name = new RegExp(
			`^ {4}<([\\w-]+:)?([\\w-]+)\\b[^>]*xmlns(?::[\\w-]+)?=(["'])${namespace}\\3[^>]*?(?:/>|>[\\s\\S]*?</\\1\\2>)\\n`,
			"m",
		);
		return text.replace(name, "");
	}, xml);
	if (/^ {2}<metadata>$/m.test(without)) return without.replace(/^ {2}<metadata>$/m, `  <metadata>\n    ${element}`);
	return without.replace(/^( {2}<uuid>[^<]*<\/uuid>)$/m, `$1\n  <metadata>\n    ${element}\n  </metadata>`);
}
