import { type Check, withoutEngine } from "../check.ts";

/** Nothing of ours is left on the engine without a range. */
export const orphans: Check = {
	id: "orphans",
	category: "ranges",
	title: "Nothing is left over on the engine",
	notApplicable: withoutEngine,
	async check({ findOrphans }, signal) {
		const found = await findOrphans(signal);
		if (found.length === 0)
			return { state: "passed", message: "Every container, volume and network of ours has its range." };
		return {
			state: "warning",
			message: `Left over from ranges that are gone: ${found.join(", ")}.`,
			remedy: "`homerange doctor --fix` removes them.",
		};
	},
	async fix({ removeOrphans }, signal) {
		await removeOrphans(signal);
	},
};
