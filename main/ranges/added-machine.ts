import type { AddedMachine } from "../../contract/added-machine.ts";
import { HomerangeError } from "../../contract/errors.ts";
import { addMachine, blueprintInvalid, parseBlueprint, type TemplateLookup } from "../blueprint/index.ts";
import type { PreparedDeploy } from "./preview.ts";
import type { RangeRecord } from "./record.ts";
import type { RangeStore } from "./store.ts";

/**
 * What an update needs that brings one machine. Of the text only that machine is taken: everything else is as the range
 * is, also where it is not what its text says any more, as after a restore or a switch of a network. Errors:
 * `NAME_TAKEN`, `INPUT_INVALID`, `BLUEPRINT_INVALID`.
 */
export function prepareAddedMachine(
	library: TemplateLookup,
	store: Pick<RangeStore, "blueprintText" | "fileSources">,
	range: Pick<RangeRecord, "id" | "name" | "blueprint" | "profile">,
	added: AddedMachine,
): PreparedDeploy {
	const { blueprint: present, profile } = range;
	if (present.machines.some(({ name }) => name === added.name)) {
		throw new HomerangeError("NAME_TAKEN", `${range.name} has a machine ${added.name} already.`, {
			remedy: "Give the new one another name.",
			place: range.name,
		});
	}
	const kept = store.blueprintText(range.id);
	const text = addMachine(kept.text, added);
	const { blueprint, errors, warnings } = parseBlueprint(text, kept.file, library, present.machines);
	if (blueprint === null) throw blueprintInvalid(kept.file, errors);
	const machine = blueprint.machines.find(({ name }) => name === added.name);
	if (machine === undefined) {
		throw new HomerangeError("INPUT_INVALID", `A machine cannot be called ${added.name}: a blueprint ignores it.`, {
			remedy: "Give it a name that does not begin with x-.",
			place: range.name,
		});
	}
	return {
		request: {
			source: { kind: "text", file: kept.file, text },
			name: range.name,
			copies: 1,
			...(profile === null ? {} : { profile }),
		},
		file: kept.file,
		text,
		blueprint: { ...present, sha256: blueprint.sha256, machines: [...present.machines, machine] },
		sources: store.fileSources(range.id),
		warnings,
	};
}
