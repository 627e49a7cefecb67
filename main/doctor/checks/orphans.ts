import { type Check, withoutEngine } from "../check.ts";

/** Nothing of ours is left on the engines without a range. */
export const orphans: Check = {
	id: "orphans",
	category: "ranges",
	title: "Nothing is left over on the engines",
	notApplicable: withoutEngine,
	async check({ findOrphans }, signal) {
		const { found, problems } = await findOrphans(signal);
		if (found.length === 0 && problems.length === 0)
			return {
				state: "passed",
				message: "Every container, volume, network and virtual machine of ours has its range.",
			};
		if (found.length === 0) return { state: "warning", message: problems.join(" ") };
		const each = found.map(({ rangeId, range, names }) => {
			const of = range ?? (rangeId === null ? "disks of the library" : `range ${rangeId}`);
			return `${of} (${names.join(", ")})`;
		});
		return {
			state: "warning",
			message: [`Left over from what is gone: ${each.join(", ")}.`, ...problems].join(" "),
			remedy: "`homerange prune` removes them.",
		};
	},
	async fix({ removeOrphans }, signal) {
		await removeOrphans(signal);
	},
};
