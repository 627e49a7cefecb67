import type { Check } from "../check.ts";

/** Some Docker Engine answers; every place that was looked at is told. */
export const dockerEngine: Check = {
	id: "docker-engine",
	category: "engine",
	title: "A Docker Engine answers",
	async check({ engine }) {
		const seen = engine.candidates.map((one) => `${one.source}: ${one.message}`).join(" ");
		if (engine.chosen !== null) {
			return { state: "passed", message: `${engine.chosen.endpoint} is used. Looked at: ${seen}` };
		}
		const remedy = engine.candidates.find((one) => one.remedy !== null)?.remedy;
		return {
			state: "failed",
			message: seen === "" ? "No place for an engine was found." : `None can be used. Looked at: ${seen}`,
			remedy: remedy ?? "Install Docker Engine or Docker Desktop, and start it.",
		};
	},
};
