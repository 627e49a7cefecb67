import { formatBytes } from "../../../contract/format-bytes.ts";
import { withEngine } from "../connect.ts";
import { type Format, print, printJson } from "../terminal/print.ts";
import { table } from "../terminal/text.ts";

export async function listLayerStores(format: Format): Promise<void> {
	const stores = await withEngine((client) => client.api.layers.list({}));
	if (format === "json") return printJson(stores);
	if (stores.length === 0) return print("There is no layer store: the first deploy makes one.");
	const rows = stores.map(({ volume, profile, current, images, sizeBytes, users }) => [
		volume,
		profile,
		current ? "yes" : "no",
		String(images),
		formatBytes(sizeBytes),
		users.join(", "),
	]);
	await print(table(["STORE", "PROFILE", "CURRENT", "IMAGES", "SIZE", "USED BY"], rows));
}

export async function freeLayerStores(all: boolean, format: Format): Promise<void> {
	const freed = await withEngine((client) => client.api.layers.free({ all }));
	if (format === "json") return printJson(freed);
	const { stores, images } = freed;
	if (stores.length + images.length === 0)
		return print("Nothing to free: what is there is in use, or the next range would use it.");
	if (stores.length > 0) await print(`Removed ${stores.join(", ")}.`);
	if (images.length > 0) await print(`Removed ${images.length} images that are neither on the host nor in a range.`);
}
