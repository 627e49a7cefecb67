import { HomerangeError } from "../../contract/errors.ts";

export interface NamesWanted {
	readonly taken: ReadonlySet<string>;
	readonly blueprintName: string;
	/** Exact name of the one range; null: the blueprint's name and the lowest free numbers. */
	readonly name: string | null;
	readonly copies: number;
}

/** Names for new ranges. Errors: `NAME_TAKEN`, `INPUT_INVALID` for one name for several copies. */
export function freeNames({ taken, blueprintName, name, copies }: NamesWanted): string[] {
	if (name !== null) {
		if (copies > 1) {
			throw new HomerangeError("INPUT_INVALID", "One name cannot be given to several copies.", {
				remedy: "Leave the name out: copies are numbered.",
			});
		}
		if (taken.has(name)) {
			throw new HomerangeError("NAME_TAKEN", `There is a range ${name} already.`, {
				remedy: "Choose another name, or destroy that range first.",
				place: name,
			});
		}
		return [name];
	}
	const names: string[] = [];
	for (let number = 1; names.length < copies; number++) {
		const candidate = `${blueprintName}-${number}`;
		if (!taken.has(candidate)) names.push(candidate);
	}
	return names;
}
