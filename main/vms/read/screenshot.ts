import { HomerangeError } from "../../../contract/errors.ts";
import type { VmScreenshot } from "../../../contract/vms.ts";
import type { Domain, LibvirtConnection } from "../../libvirt/rpc/index.ts";
import { readPicture, shrink, writePng } from "../picture.ts";

const bytesLimit = 64 * 1024 * 1024;
const limitMs = 20_000;

/** A picture of a running VM's first screen, as PNG, no wider than asked. */
export async function takeScreenshot(
	{ consoles }: LibvirtConnection,
	domain: Domain,
	maxWidth: number | undefined,
): Promise<VmScreenshot> {
	const { stream } = await consoles.screenshot(domain, 0, { signal: AbortSignal.timeout(limitMs) });
	const parts: Buffer[] = [];
	let size = 0;
	for await (const chunk of stream) {
		parts.push(chunk);
		size += chunk.length;
		if (size <= bytesLimit) continue;
		stream.destroy();
		throw new HomerangeError("UNSUPPORTED", "The picture of the screen is too large.");
	}
	const picture = readPicture(Buffer.concat(parts));
	const shown = maxWidth === undefined ? picture : shrink(picture, maxWidth);
	return {
		mime: "image/png",
		base64: writePng(shown).toString("base64"),
		width: shown.width,
		height: shown.height,
		takenAt: new Date().toISOString(),
	};
}
