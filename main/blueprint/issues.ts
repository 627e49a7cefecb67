import type { BlueprintIssue } from "../../contract/blueprints.ts";
import { textLimits } from "./limits.ts";
import { Lines } from "./lines.ts";
import type { Place } from "./place.ts";

export type Path = readonly (string | number)[];

/** Where at a path: the key that names the value, or the value itself; by default whichever is easier to see. */
export type Aim = "key" | "value" | "auto";

/** A hint that costs something (the nearest of many names) is computed only for what is reported. */
export type Hint = string | null | (() => string | null);

type Found = Omit<BlueprintIssue, "hint"> & { hint: Hint };

/** Collects problems of one document, with a position for each. */
export class Issues {
	readonly #file: string;
	readonly #lines: Lines;
	#root: Place | null = null;
	readonly #errors: Found[] = [];
	readonly #warnings: Found[] = [];
	#left = 0;

	constructor(file: string, text: string) {
		this.#file = file;
		this.#lines = new Lines(text);
	}

	/** From here on paths are looked up in this tree. */
	setRoot(root: Place): void {
		this.#root = root;
	}

	get hasErrors(): boolean {
		return this.#errors.length > 0;
	}

	line(offset: number): number {
		return this.#lines.position(offset).line;
	}

	error(path: Path, message: string, hint: Hint = null, aim: Aim = "auto"): void {
		this.errorAt(this.#offset(path, aim), path, message, hint);
	}

	warning(path: Path, message: string, hint: Hint = null, aim: Aim = "auto"): void {
		if (this.#warnings.length < textLimits.issues) {
			this.#warnings.push(this.#issue(this.#offset(path, aim), path, message, hint));
		}
	}

	errorAt(offset: number, path: Path, message: string, hint: Hint = null): void {
		// A few more than are shown, because they are sorted by place only at the end.
		if (this.#errors.length < textLimits.issues * 2) this.#errors.push(this.#issue(offset, path, message, hint));
		else this.#left++;
	}

	/** Everything found, in the order of the text. */
	finish(): { errors: BlueprintIssue[]; warnings: BlueprintIssue[] } {
		const inOrder = (a: Found, b: Found) => a.line - b.line || a.column - b.column;
		const all = this.#errors.toSorted(inOrder);
		const errors = all.slice(0, textLimits.issues).map(withHint);
		const more = all.length - errors.length + this.#left;
		const last = errors.at(-1);
		if (more > 0 && last !== undefined) {
			errors.push({ ...last, path: "", message: `There are ${more} more problems.`, hint: "Mend these first." });
		}
		return { errors, warnings: this.#warnings.toSorted(inOrder).map(withHint) };
	}

	#issue(offset: number, path: Path, message: string, hint: Hint): Found {
		return {
			file: this.#file,
			...this.#lines.position(offset),
			path: printable(path.join(".")),
			message: printable(message),
			hint,
		};
	}

	/** The deepest place on the path that the text has: what is missing is reported where it should be. */
	#offset(path: Path, aim: Aim): number {
		let place = this.#root;
		let exact = true;
		for (const step of path) {
			const child = place?.children.get(String(step));
			if (child === undefined) {
				exact = false;
				break;
			}
			place = child;
		}
		if (place === null) return 0;
		const wantsKey = !exact || aim === "key" || (aim === "auto" && (place.kind !== "scalar" || place.isEmpty));
		return wantsKey && place.keyOffset !== null ? place.keyOffset : place.offset;
	}
}

function withHint(found: Found): BlueprintIssue {
	const hint = typeof found.hint === "function" ? found.hint() : found.hint;
	return { ...found, hint: hint === null ? null : printable(hint) };
}

/** Messages quote the document, which may hold anything: terminal escapes, direction marks, a megabyte. */
function printable(text: string): string {
	const clipped = text.length > 600 ? `${text.slice(0, 600)}…` : text;
	return clipped.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "\uFFFD");
}
