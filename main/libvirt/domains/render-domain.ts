import { z } from "zod";
import { HomerangeError } from "../../../contract/errors.ts";
import type { HostAbility } from "./ability/host-ability.ts";
import { checkAbility, checkDevices, checkHardware } from "./check.ts";
import { type Finding, refuseErrors } from "./findings.ts";
import { domainScope } from "./scope.ts";
import type { DomainTemplate } from "./template/load.ts";
import { renderTemplate } from "./template/render.ts";
import { type CheckedVariables, type DomainVariables, domainVariables } from "./variables.ts";

export interface RenderedDomain {
	/** For define with the flag VALIDATE. */
	readonly xml: string;
	readonly warnings: readonly Finding[];
}

/**
 * The XML of a new domain. Errors: `INPUT_INVALID` for a variable that is missing, unknown or of the wrong kind;
 * `PREFLIGHT_FAILED` when the host cannot do what the template needs, or the machine gets less than its minimum.
 */
export function renderDomain(template: DomainTemplate, variables: DomainVariables, host: HostAbility): RenderedDomain {
	const checked = checkVariables(variables);
	const hardware = { vcpus: checked.vcpus, memoryBytes: checked.memoryBytes, diskBytes: null };
	const warnings = refuseErrors(
		[
			...checkAbility(template, host, checked),
			...checkHardware(template, hardware, host),
			...checkDevices(template, checked, host),
		],
		checked.name,
		"PREFLIGHT_FAILED",
	);
	return { xml: renderTemplate(template.nodes, domainScope(template, checked, host), template.parts), warnings };
}

function checkVariables(variables: DomainVariables): CheckedVariables {
	const parsed = domainVariables.safeParse(variables);
	if (parsed.success) return parsed.data;
	const [first] = parsed.error.issues;
	const path = first?.path.join(".") ?? "";
	throw new HomerangeError("INPUT_INVALID", `The virtual machine cannot be described: ${path}: ${first?.message}`, {
		place: path === "" ? null : path,
		detail: z.prettifyError(parsed.error),
	});
}
