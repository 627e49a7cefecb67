/** Where one value of the document stands; the tree of places has the shape of the tree of values. */
export interface Place {
	readonly kind: "map" | "list" | "scalar";
	/** Offset of the key that names this value; null at the root and in lists. */
	readonly keyOffset: number | null;
	readonly offset: number;
	/** A scalar that is not there: `key:` and nothing after it. */
	readonly isEmpty: boolean;
	/** A scalar as it is written: "1.10" where the value is the number 1.1. */
	readonly source: string | null;
	readonly children: ReadonlyMap<string, Place>;
	/** Values in this tree, itself included, with every alias counted as all that it stands for. */
	readonly size: number;
	/** Keys that begin with x- and were left out. */
	readonly ignored: readonly string[];
}

/** The place at a path, or null when the text has nothing there. */
export function placeAt(root: Place, path: readonly (string | number)[]): Place | null {
	let place: Place | undefined = root;
	for (const step of path) place = place?.children.get(String(step));
	return place ?? null;
}
