import type { DeployRequest } from "../../../contract/blueprints.ts";
import { HomerangeError } from "../../../contract/errors.ts";
import type { RangeUpdate } from "../../../contract/range-update.ts";
import type { RangeSummary } from "../../../contract/ranges.ts";
import type { EngineClient } from "../../rpc/client.ts";
import { confirm, hasTerminal } from "../terminal/ask.ts";
import { describeUpdate } from "../terminal/describe-update.ts";
import { say } from "../terminal/print.ts";
import { plain } from "../terminal/text.ts";

/** The range that a deploy with a name would update; null when it is a new one. */
export async function rangeToUpdate(
	client: EngineClient,
	{ name, source }: DeployRequest,
): Promise<RangeSummary | null> {
	// What was saved becomes a new range; a range that is there is brought back by a restore.
	if (name === undefined || source.kind === "range-snapshot") return null;
	return (await client.api.ranges.list({})).find((range) => range.name === name) ?? null;
}

/** What the blueprint changes in the range. Errors: `NAME_TAKEN` when it is another blueprint's range. */
export async function compare(
	client: EngineClient,
	request: DeployRequest,
	{ id, name, blueprint, dind }: RangeSummary,
): Promise<RangeUpdate> {
	const { profile = "auto", source } = request;
	if (profile !== "auto" && dind !== null && dind.profile !== profile) {
		throw new HomerangeError(
			"INPUT_INVALID",
			`${name} runs in the ${dind.profile} profile, and that cannot be changed.`,
			{
				remedy: "Leave --profile out, or deploy another range.",
				place: name,
			},
		);
	}
	try {
		return await client.api.ranges.previewUpdate({ range: id, source });
	} catch (error) {
		if (!(error instanceof HomerangeError) || error.code !== "INPUT_INVALID") throw error;
		const preview = await client.api.blueprints.preview(request);
		if (preview.blueprint.name === blueprint.name) throw error;
		throw new HomerangeError("NAME_TAKEN", `There is a range ${name} already, made from another blueprint.`, {
			remedy: "Choose another name, or destroy that range first.",
			place: name,
			detail: error.message,
		});
	}
}

/** Shows the difference, asks where disks would be lost, and starts the update. Gives its task. */
export async function beginUpdate(
	client: EngineClient,
	request: DeployRequest,
	range: RangeSummary,
	yes: boolean,
): Promise<string> {
	const update = await compare(client, request, range);
	say(describeUpdate({ ...update, findings: update.findings.filter(({ severity }) => severity === "warning") }));
	const lost = update.changes.filter(({ losesData }) => losesData).map((change) => change.name ?? "");
	if (lost.length > 0 && !yes) {
		const names = plain(lost.join(", "));
		if (!hasTerminal()) {
			throw new HomerangeError("STATE_CONFLICT", `This update throws away the disks of ${names}.`, {
				remedy: "Give --yes to agree to that.",
				place: range.name,
			});
		}
		await confirm(`Update ${plain(range.name)} and throw away the disks of ${names}?`);
	} else if (!yes && hasTerminal() && update.findings.some(({ severity }) => severity === "warning")) {
		await confirm(`Update ${plain(range.name)} all the same?`);
	}
	const { taskId } = await client.api.ranges.update({ range: range.id, source: request.source, mayLoseData: true });
	return taskId;
}
