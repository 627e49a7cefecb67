import { z } from "zod";
import { type IsolationProfile, isolationProfile } from "../../contract/ranges.ts";
import { eq } from "../db/drizzle.cjs";
import { facts } from "../db/schema.ts";
import { chooseProfile, type ProfileChoice } from "../dind/index.ts";
import type { DockerEngine } from "../docker/engine.ts";
import { inspectHostImage } from "../docker/images.ts";
import type { RangesDeps } from "./deps.ts";

const stored = z.object({ profile: isolationProfile, reason: z.string() });
/** A host that refused may have been mended since. */
const refusalHoldsMs = 24 * 60 * 60_000;

/** Which profile `auto` means, tried once for each engine and image and then remembered. */
export class ProfileMemory {
	readonly #deps: Pick<RangesDeps, "db" | "host">;
	readonly #trials = new Map<string, Promise<ProfileChoice>>();

	constructor(deps: Pick<RangesDeps, "db" | "host">) {
		this.#deps = deps;
	}

	/** The image must be on the host. */
	async choose(
		host: DockerEngine,
		wanted: "auto" | IsolationProfile,
		image: string,
		signal: AbortSignal,
	): Promise<ProfileChoice> {
		if (wanted !== "auto") return await chooseProfile(host, wanted, image, signal);
		const id = (await inspectHostImage(host, image, signal))?.id ?? image;
		const engine = this.#deps.host.status().facts?.name ?? host.label;
		const key = `isolation:${engine}:${host.version}:${id}`;
		const known = this.#recall(key);
		if (known !== null) return known;
		// Copies of a range that deploy at once share one trial, so none of their signals may end it.
		let trial = this.#trials.get(key);
		if (trial === undefined) {
			trial = chooseProfile(host, "auto", image).finally(() => this.#trials.delete(key));
			this.#trials.set(key, trial);
		}
		const choice = await trial;
		this.#remember(key, choice);
		signal.throwIfAborted();
		return choice;
	}

	#recall(key: string): ProfileChoice | null {
		const row = this.#deps.db.orm.select().from(facts).where(eq(facts.key, key)).get();
		const choice = stored.safeParse(row?.value);
		if (row === undefined || !choice.success) return null;
		const isOld = Date.now() - Date.parse(row.foundAt) > refusalHoldsMs;
		return choice.data.profile === "privileged" && isOld ? null : choice.data;
	}

	#remember(key: string, value: ProfileChoice): void {
		const row = { key, value, foundAt: new Date().toISOString() };
		this.#deps.db.write((orm) =>
			orm.insert(facts).values(row).onConflictDoUpdate({ target: facts.key, set: row }).run(),
		);
	}
}
