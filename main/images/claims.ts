import { snapshots } from "../db/schema.ts";
import type { ImagesDeps } from "./deps.ts";
import type { ImageClaim } from "./users.ts";

/** Everything of ours that stands on an image: ranges, templates, snapshots, and the engine's own setting. */
export function readClaims({ ranges, templates, settings, db }: ImagesDeps): ImageClaim[] {
	const claims: ImageClaim[] = [
		{
			user: { kind: "setting", name: "dindImage" },
			provider: "docker",
			image: settings.get().dindImage,
			imageId: null,
		},
	];
	for (const { name, machines } of ranges()) {
		for (const { image, provider } of machines) {
			claims.push({ user: { kind: "range", name }, provider, image, imageId: null });
		}
	}
	for (const { name, image, provider } of templates()) {
		claims.push({ user: { kind: "template", name }, provider, image, imageId: null });
	}
	const { name, image, imageId, provider } = snapshots;
	for (const row of db.orm.select({ name, image, imageId, provider }).from(snapshots).all()) {
		const user = { kind: "snapshot" as const, name: row.name };
		claims.push({ user, provider: row.provider, image: row.image, imageId: row.imageId });
	}
	return claims;
}
