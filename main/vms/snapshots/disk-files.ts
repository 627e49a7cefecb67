import { HomerangeError } from "../../../contract/errors.ts";
import { describeDomain } from "../../libvirt/domains/index.ts";
import { escapeXml } from "../../libvirt/domains/xml/escape.ts";

const disks = /^ {4}<disk [\s\S]*?^ {4}<\/disk>$/gm;

/**
 * A domain whose disks of these targets are other files, for defining it again. Everything else stays as it is, letter
 * by letter. The XML is libvirt's own answer, which is always laid out in the same way. Errors: `UNSUPPORTED` when what
 * comes out does not say exactly that.
 */
export function withDiskFiles(
	xml: string,
	files: ReadonlyMap<string, { readonly path: string; readonly format: "qcow2" | "raw" }>,
): string {
	const before = describeDomain(xml);
	const changed = xml.replace(disks, (disk) => {
		const target = /<target dev=(["'])([^"']+)\1/.exec(disk)?.[2];
		const file = target === undefined ? undefined : files.get(target);
		if (file === undefined) return disk;
		return disk
			.replace(/(<source file=)(["'])[^"']*\2/, `$1"${escapeXml(file.path, "a disk's file").replaceAll("$", "$$$$")}"`)
			.replace(/(<driver [^>]*\btype=)(["'])[^"']*\2/, `$1"${file.format}"`);
	});
	const after = describeDomain(changed);
	const expected = before.disks.map((disk) => {
		const file = disk.target === null ? undefined : files.get(disk.target);
		return file === undefined ? disk : { ...disk, path: file.path, format: file.format };
	});
	if (before.problem === null && JSON.stringify(after) === JSON.stringify({ ...before, disks: expected }))
		return changed;
	throw new HomerangeError("UNSUPPORTED", "The disks of this VM cannot be changed for other files.", {
		place: before.name,
		remedy: "Its definition holds something that Homerange does not understand; change it with virsh edit.",
	});
}
