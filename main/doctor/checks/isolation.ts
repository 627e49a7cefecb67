import { chooseProfile, resolveDindImage } from "../../dind/index.ts";
import { type Check, withoutEngine } from "../check.ts";

/** How ranges are confined here, and why. */
export const isolation: Check = {
	id: "isolation",
	category: "ranges",
	title: "How ranges are confined",
	notApplicable: withoutEngine,
	async check({ host, settings }, signal) {
		if (host === null) return { state: "skipped", message: "No Docker Engine answers." };
		const { image } = await resolveDindImage(host, settings.dindImage, { signal });
		const { profile, reason } = await chooseProfile(host, settings.isolation, image, signal);
		const message = `${profile}. ${reason}`;
		if (profile === "unprivileged") return { state: "passed", message };
		return {
			state: "warning",
			message,
			remedy: "In this profile whoever breaks out of a range's container is root on the engine's host.",
		};
	},
};
