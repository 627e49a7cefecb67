import type { Check } from "./check.ts";
import { sourceOf } from "./check-source.ts";

/** A part of the format that this version parses but cannot deploy. */
type Unsupported = (check: Check) => void;

const machineProviders: Unsupported = ({ draft, issues, library }) => {
	for (const [name, machine] of Object.entries(draft.machines ?? {})) {
		const provider = machine.provider ?? sourceOf(library, machine)?.provider ?? "docker";
		if (provider === "docker") continue;
		issues.error(
			[
				"machines",
				name,
				machine.provider === undefined ? (machine.template === undefined ? "snapshot" : "template") : "provider",
			],
			`Machines of the provider ${provider} are not supported by this version yet.`,
			"Leave out provider and use a template or an image for docker.",
		);
	}
};

/** Take a line out of this list when its part can be deployed. */
export const unsupported: readonly Unsupported[] = [machineProviders];
