import { shippedFiles } from "../../blueprint/shipped-files.ts";
import { readRangeNames } from "../../db/read-range-names.ts";
import { dataFolder, installedBlueprints, resourcePaths } from "../../paths.ts";
import { connectRunning } from "../connect.ts";
import { print } from "../terminal/print.ts";

/** Words for the shell's completion. Starts no engine: a key press must not. */
export async function completeWords(kind: string, range: string | undefined): Promise<void> {
	for (const word of await words(kind, range)) await print(word);
}

async function words(kind: string, range: string | undefined): Promise<string[]> {
	if (kind === "blueprints") {
		return [...(await shippedFiles([installedBlueprints(dataFolder()), resourcePaths().blueprints])).keys()];
	}
	const client = await connectRunning();
	if (client === null) return kind === "ranges" ? readRangeNames(dataFolder()) : [];
	try {
		if ((kind === "machines" || kind === "networks") && range !== undefined) {
			return (await client.api.ranges.get({ range }))[kind].map(({ name }) => name);
		}
		if (kind === "vms") return (await client.api.vms.list({})).map(({ name }) => name);
		return kind === "ranges" ? (await client.api.ranges.list({})).map((one) => one.name) : [];
	} finally {
		await client.close();
	}
}
