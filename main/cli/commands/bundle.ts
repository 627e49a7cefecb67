import { resolve } from "node:path";
import type { BundleInfo } from "../../../contract/bundles.ts";
import { HomerangeError } from "../../../contract/errors.ts";
import { formatBytes } from "../../../contract/format-bytes.ts";
import type { EngineClient } from "../../rpc/client.ts";
import { blueprintSource } from "../blueprint-source.ts";
import { withEngine } from "../connect.ts";
import { followTasks, throwIfFailed } from "../follow-tasks.ts";
import { type Format, print, printJson } from "../terminal/print.ts";
import { plain, table } from "../terminal/text.ts";

export interface CreateBundleOptions {
	sign?: string;
	rangeSnapshot?: string[];
	replace?: boolean;
	format: Format;
}

export interface InstallBundleOptions {
	key?: string;
	replace?: boolean;
	keep?: boolean;
	format: Format;
}

export async function createBundle(file: string, blueprints: string[], options: CreateBundleOptions): Promise<void> {
	const saved = (options.rangeSnapshot ?? []).map((name) => ({ kind: "range-snapshot" as const, name }));
	if (blueprints.length + saved.length === 0) {
		throw new HomerangeError("USAGE", "A bundle is made of blueprints or of snapshots of ranges, and none is named.", {
			remedy: "Name a blueprint, or give --range-snapshot NAME.",
		});
	}
	const request = {
		file: resolve(file),
		blueprints: [...(await Promise.all(blueprints.map(blueprintSource))), ...saved],
		replace: options.replace ?? false,
		...(options.sign === undefined ? {} : { signKeyFile: resolve(options.sign) }),
	};
	await withEngine(async (client) => {
		await finish(client, await client.api.bundles.create(request), request.file, options.format);
	});
}

export async function installBundle(file: string, options: InstallBundleOptions): Promise<void> {
	const { key, replace, keep, format } = options;
	if (replace && keep) {
		throw new HomerangeError("USAGE", "Names that are taken can be replaced or kept, not both.", {
			remedy: "Leave out --replace or --keep.",
		});
	}
	const request = {
		file: resolve(file),
		conflicts: replace ? ("replace" as const) : keep ? ("keep" as const) : ("refuse" as const),
		...(key === undefined ? {} : { keyFile: resolve(key) }),
	};
	await withEngine(async (client) => {
		await finish(client, await client.api.bundles.install(request), request.file, format);
	});
}

export async function showBundle(file: string, format: Format): Promise<void> {
	await withEngine((client) => printBundle(client, resolve(file), format));
}

async function finish(
	client: EngineClient,
	{ taskId }: { taskId: string },
	file: string,
	format: Format,
): Promise<void> {
	throwIfFailed(await followTasks(client, [taskId]));
	await printBundle(client, file, format);
}

async function printBundle(client: EngineClient, file: string, format: Format): Promise<void> {
	const info = await client.api.bundles.show({ file });
	if (format === "json") await printJson(info);
	else await print(bundleText(info));
}

function bundleText({ layers, images, blueprints, ...info }: BundleInfo): string {
	const facts = [
		["file", `${info.file} (${formatBytes(info.sizeBytes)})`],
		["made", `${info.createdAt} by Homerange ${info.productVersion}`],
		["signed by", info.signer === null ? "nobody" : `key ${info.signer} (an installation with --key checks it)`],
		["blueprints", blueprints.map(({ name }) => name).join(", ") || "-"],
		["templates", info.templates.join(", ") || "-"],
		["snapshots", info.snapshots.join(", ") || "-"],
		["ranges", info.rangeSnapshots.map(({ name, machines }) => `${name} (${machines} machines)`).join(", ") || "-"],
		[
			"layers",
			`${layers.count}, ${formatBytes(layers.packedBytes)} packed, ${formatBytes(layers.unpackedBytes)} unpacked`,
		],
	];
	const rows = images.map(({ reference, id, architecture, sizeBytes, isDind }) => [
		reference,
		id.slice("sha256:".length, "sha256:".length + 12),
		architecture,
		formatBytes(sizeBytes),
		isDind ? "range's container" : "",
	]);
	return [
		...facts.map(([key, value]) => `${key?.padEnd(12)} ${plain(value ?? "")}`),
		"",
		table(["IMAGE", "ID", "ARCHITECTURE", "UNPACKED", "FOR"], rows),
	].join("\n");
}
