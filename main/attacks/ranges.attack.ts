import { afterAll, beforeAll, describe } from "vitest";
import { escapeAttacks } from "./escape.ts";
import { floodAttacks } from "./floods.ts";
import { linkLayerAttacks } from "./link-layer.ts";
import { managementAttacks } from "./management-plane.ts";
import { momentAttacks } from "./moments.ts";
import { nameAttacks } from "./names.ts";
import { sharedLayerAttacks } from "./shared-layers.ts";
import { AttackBed } from "./testing/attack-bed.ts";

/** Two ranges of one blueprint as the product deploys them, and every attack that such ranges can show. */
describe.each(["privileged", "unprivileged"] as const)("two ranges in the %s profile", (profile) => {
	let opened: AttackBed | undefined;
	const bed = (): AttackBed => {
		if (opened === undefined) throw new Error("the ranges were not deployed");
		return opened;
	};

	beforeAll(async () => {
		opened = await AttackBed.open(profile);
	});
	afterAll(async () => {
		await opened?.close();
	});

	managementAttacks(bed);
	nameAttacks(bed);
	linkLayerAttacks(bed);
	escapeAttacks(bed);
	sharedLayerAttacks(bed);
	floodAttacks(bed);
	momentAttacks(bed);
});
