import { type AddedMachine, addedMachine } from "../../../contract/added-machine.ts";
import { exitStatus, HomerangeError } from "../../../contract/errors.ts";
import { withEngine } from "../connect.ts";
import { followTasks, throwIfFailed } from "../follow-tasks.ts";
import { bytesOf } from "../size-argument.ts";
import { describeFindings, describeUpdate } from "../terminal/describe-update.ts";
import { type Format, print, printJson, say } from "../terminal/print.ts";
import { printRange } from "./inspect.ts";

export interface AddMachineOptions {
	template?: string;
	snapshot?: string;
	image?: string;
	network: string[];
	cpus?: number;
	memory?: string;
	dryRun?: boolean;
	format: Format;
}

/** Adds a machine to a range and shows the range; a dry run shows only what that changes. */
export async function addMachine(range: string, name: string, options: AddMachineOptions): Promise<void> {
	const source = { kind: "added-machine" as const, machine: machineOf(name, options) };
	await withEngine(async (client) => {
		const { id } = await client.api.ranges.get({ range });
		const update = await client.api.ranges.previewUpdate({ range: id, source });
		if (options.dryRun) {
			if (options.format === "json") await printJson(update);
			else await print(describeUpdate(update));
			if (update.findings.some(({ severity }) => severity === "error")) {
				process.exitCode = exitStatus("PREFLIGHT_FAILED");
			}
			return;
		}
		const warnings = update.findings.filter(({ severity }) => severity === "warning");
		if (warnings.length > 0) say(describeFindings(warnings));
		const { taskId } = await client.api.ranges.update({ range: id, source });
		throwIfFailed(await followTasks(client, [taskId]));
		await printRange(await client.api.ranges.get({ range: id }), options.format);
	});
}

/** Errors: `USAGE` for no source, and for what can be no machine. */
function machineOf(name: string, options: AddMachineOptions): AddedMachine {
	const kind = (["template", "snapshot", "image"] as const).find((one) => options[one] !== undefined);
	if (kind === undefined) {
		throw new HomerangeError("USAGE", "A machine needs something to start from.", {
			remedy: "Give one of --template, --snapshot and --image.",
		});
	}
	const parsed = addedMachine.safeParse({
		name,
		source: { kind, name: options[kind] },
		nics: options.network.map((word) => {
			const at = word.indexOf(":");
			return at === -1 ? { network: word } : { network: word.slice(0, at), ip: word.slice(at + 1) };
		}),
		...(options.cpus === undefined ? {} : { cpus: options.cpus }),
		...(options.memory === undefined ? {} : { memoryBytes: bytesOf(options.memory) }),
	});
	if (parsed.success) return parsed.data;
	const [first] = parsed.error.issues;
	throw new HomerangeError("USAGE", `${first?.path.join(".") ?? "The machine"}: ${first?.message ?? "is not valid"}.`, {
		remedy: "See `homerange machine add --help`.",
	});
}
