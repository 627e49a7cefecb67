import type { IsolationProfile, IsolationProfileName } from "./isolation-profile.ts";
import { privileged } from "./privileged.ts";
import { unprivileged } from "./unprivileged.ts";

const profiles: Record<IsolationProfileName, IsolationProfile> = { privileged, unprivileged };

export function profileOf(name: IsolationProfileName): IsolationProfile {
	return profiles[name];
}
