import { type Check, withoutEngine } from "../check.ts";

const oldestMajor = 20;
const newestKnownMajor = 29;

/** The engine is one that ranges were tried on, and stores layers as the inner engine can use them. */
export const engineVersion: Check = {
	id: "engine-version",
	category: "engine",
	title: "The Docker Engine is a known one",
	notApplicable: withoutEngine,
	async check({ host, engine }) {
		const version = host?.version ?? "";
		const major = Number.parseInt(version, 10);
		const driver = engine.facts?.storageDriver ?? "unknown";
		const facts = `Engine ${version}, API ${host?.apiVersion}, storage driver ${driver}, cgroup ${engine.facts?.cgroupVersion}.`;
		if (major < oldestMajor) {
			return { state: "failed", message: facts, remedy: `Use Docker Engine ${oldestMajor}.10 or newer.` };
		}
		if (major > newestKnownMajor) {
			return { state: "warning", message: facts, remedy: `Homerange was tried up to engine ${newestKnownMajor}.` };
		}
		if (driver === "vfs" || driver === "devicemapper") {
			return {
				state: "warning",
				message: facts,
				remedy: "Use the storage driver overlay2; this one is slow and large.",
			};
		}
		return { state: "passed", message: facts };
	},
};
