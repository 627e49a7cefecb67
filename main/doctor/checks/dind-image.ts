import { resolveDindImage } from "../../dind/index.ts";
import { type Check, withoutEngine } from "../check.ts";

/** The image that ranges run in is on the host. */
export const dindImage: Check = {
	id: "dind-image",
	category: "ranges",
	title: "The ranges' container image is there",
	notApplicable: withoutEngine,
	async check({ host, settings }, signal) {
		if (host === null) return { state: "skipped", message: "No Docker Engine answers." };
		const { image, reason } = await resolveDindImage(host, settings.dindImage, { signal });
		return { state: "passed", message: reason ?? `${image} is on the host.` };
	},
};
