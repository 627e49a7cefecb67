import type { PreflightFinding } from "../../contract/blueprints.ts";
import { confirm } from "../stores/confirm.ts";
import { strings } from "../strings.ts";

/** True when nothing is warned of, or when the person agrees to all that is. */
export async function agreesToWarnings(
	findings: readonly PreflightFinding[],
	action: "deploy" | "update",
): Promise<boolean> {
	const warnings = findings.filter(({ severity }) => severity === "warning");
	if (warnings.length === 0) return true;
	const words = strings.confirm;
	return await confirm({
		title: action === "deploy" ? words.deployAnyway(warnings.length) : words.updateAnyway(warnings.length),
		body: words.warnedBody,
		items: warnings.map(({ message }) => message),
		action: action === "deploy" ? strings.actions.deploy : strings.update.update,
		isHarmless: true,
	});
}
