import { cloudConfig, yamlText } from "./cloud-config.ts";
import type { GuestConfig } from "./guest-config.ts";
import { isoImage } from "./iso-image.ts";
import { networkConfig } from "./network-config.ts";

/** The label by which cloud-init knows its medium. */
const label = "cidata";
/** The bytes depend on the configuration alone. */
const date = new Date("2000-01-01T00:00:00Z");
/** Injected files travel in it, so it can be large, but a guest reads it whole at its first start. */
const maxBytes = 64 * 1024 * 1024;

/**
 * A seed for cloud-init's NoCloud source, as the image of a CD to put into the guest's drive. The same configuration
 * gives the same bytes. Throws a `RangeError` for what a guest cannot be told this way.
 */
export function noCloudSeed(config: GuestConfig): Uint8Array {
	const parts = {
		"meta-data": yamlText({ "instance-id": config.instanceId, "local-hostname": config.hostname }),
		"user-data": cloudConfig(config),
		"network-config": networkConfig(config.nics),
	};
	const files = Object.entries(parts).map(([path, text]) => ({ path, bytes: Buffer.from(text, "utf8") }));
	const bytes = files.reduce((sum, file) => sum + file.bytes.length, 0);
	if (bytes > maxBytes) throw new RangeError(`A seed holds at most ${maxBytes} bytes, and this one has ${bytes}.`);
	return isoImage({ label, date, files });
}
