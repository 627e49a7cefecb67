// What this machine cannot reach is asked once a day, not at every start.
import { cachePath, readJson, writeJson } from "./cache.mjs";
import { say } from "./steps.mjs";

const rememberedMs = 24 * 60 * 60 * 1000;

/**
 * Whether something on the network can be had. `attempt` tries for real and gives true, or a reason. A failure is
 * remembered for a day; HOMERANGE_RETRY=1 forgets it.
 */
export async function canReach(name, attempt) {
	const file = cachePath("unreachable.json");
	const memory = readJson(file) ?? {};
	const known = memory[name];
	if (known && !process.env.HOMERANGE_RETRY && Date.now() - Date.parse(known.time) < rememberedMs) return false;
	const outcome = await attempt();
	if (outcome === true) {
		delete memory[name];
	} else {
		memory[name] = { time: new Date().toISOString(), reason: outcome };
		say(`       ${name} cannot be reached (${outcome}); asked again in a day, or with HOMERANGE_RETRY=1`);
	}
	writeJson(file, memory);
	return outcome === true;
}
