import type { ImageUser } from "../../contract/images.ts";
import type { ProviderName } from "../../contract/ranges.ts";
import { label } from "../dind/names.ts";
import type { HostContainer, HostImage } from "./inventory.ts";
import { canonicalReference, isImageId } from "./reference.ts";

/** Something of ours that stands on an image. */
export interface ImageClaim {
	readonly user: ImageUser;
	readonly provider: ProviderName;
	/** A reference, or the name of a disk. */
	readonly image: string;
	/** The id or the SHA-256, where it was written down: holds also when the name means something else by now. */
	readonly imageId: string | null;
}

type NamedImage = Pick<HostImage, "id" | "references" | "digests">;

/** Who stands on which image: by what they name and by what they are known to hold. */
export class ImageUsers {
	readonly #byReference = new Map<string, ImageUser[]>();
	readonly #byId = new Map<string, ImageUser[]>();
	readonly #byDisk = new Map<string, ImageUser[]>();
	readonly #claims: readonly ImageClaim[];

	constructor(claims: readonly ImageClaim[], containers: readonly HostContainer[]) {
		this.#claims = claims;
		for (const { user, provider, image, imageId } of claims) {
			if (provider === "libvirt") {
				// By its name alone: a name of the pool never means another disk, and one with the same bytes is another.
				add(this.#byDisk, image, user);
				continue;
			}
			if (isImageId(image)) add(this.#byId, image, user);
			else add(this.#byReference, canonicalReference(image), user);
			if (imageId !== null) add(this.#byId, imageId, user);
		}
		for (const { name, imageId, labels } of containers) {
			const range = labels[label.rangeName];
			add(this.#byId, imageId, range === undefined ? { kind: "container", name } : { kind: "engine", name: range });
		}
	}

	/** Of one name of an image. */
	ofReference(reference: string): ImageUser[] {
		return this.#byReference.get(canonicalReference(reference)) ?? [];
	}

	/** Of an image under whichever name. */
	ofImage({ id, references, digests }: NamedImage): ImageUser[] {
		const named = [...references, ...digests].flatMap((one) => this.ofReference(one));
		return unique([...named, ...(this.#byId.get(id) ?? [])]);
	}

	ofDisk({ name }: { name: string }): ImageUser[] {
		return this.#byDisk.get(name) ?? [];
	}

	/** What somebody names and nobody has. The engine's own setting may name an image that is pulled when it is needed. */
	missing(images: readonly NamedImage[], disks: ReadonlySet<string>): Map<string, ImageUser[]> {
		const names = images.flatMap((image) => [...image.references, ...image.digests]);
		const references = new Set(names.map(canonicalReference));
		const ids = new Set(images.map((image) => image.id));
		const missing = new Map<string, ImageUser[]>();
		for (const { user, provider, image, imageId } of this.#claims) {
			if (user.kind === "setting" || (imageId !== null && ids.has(imageId))) continue;
			const isThere = provider === "libvirt" ? disks.has(image) : references.has(canonicalReference(image));
			if (!isThere && !ids.has(image)) add(missing, image, user);
		}
		return missing;
	}
}

/** "range shop-1, templates web and db": for sentences. */
export function describeUsers(users: readonly ImageUser[]): string {
	const words: Record<ImageUser["kind"], [one: string, more: string]> = {
		range: ["range", "ranges"],
		template: ["template", "templates"],
		snapshot: ["snapshot", "snapshots"],
		container: ["container", "containers"],
		setting: ["setting", "settings"],
		engine: ["the container of range", "the containers of ranges"],
	};
	const kinds = Object.groupBy(users, (user) => user.kind);
	return Object.entries(kinds)
		.map(([kind, group]) => {
			const [one, more] = words[kind as ImageUser["kind"]];
			const names = group.map((user) => user.name);
			const shown = names.length > 10 ? [...names.slice(0, 10), `${names.length - 10} more`] : names;
			return `${group.length === 1 ? one : more} ${shown.join(", ")}`;
		})
		.join("; ");
}

function add(map: Map<string, ImageUser[]>, key: string, user: ImageUser): void {
	map.set(key, unique([...(map.get(key) ?? []), user]));
}

function unique(users: readonly ImageUser[]): ImageUser[] {
	return [...new Map(users.map((user) => [`${user.kind} ${user.name}`, user])).values()];
}
