import { attribute, child, children, type XmlElement } from "../xml/parse.ts";

/** What is kept of one text of a foreign domain, and of one list. Nothing that libvirt itself writes comes near. */
export const describeLimits = { text: 4096, list: 256 } as const;

export function cut(text: string | null): string | null {
	return text === null || text === "" ? null : text.slice(0, describeLimits.text);
}

export function attributeText(element: XmlElement | undefined, name: string): string | null {
	return cut(attribute(element, name));
}

export function some(element: XmlElement | undefined, name: string): readonly XmlElement[] {
	return children(element, name).slice(0, describeLimits.list);
}

const units: Readonly<Record<string, number>> = {
	b: 1,
	bytes: 1,
	KB: 1000,
	MB: 1000 ** 2,
	GB: 1000 ** 3,
	TB: 1000 ** 4,
	k: 1024,
	KiB: 1024,
	M: 1024 ** 2,
	MiB: 1024 ** 2,
	G: 1024 ** 3,
	GiB: 1024 ** 3,
	T: 1024 ** 4,
	TiB: 1024 ** 4,
};

/** Bytes of `<memory unit='KiB'>`; libvirt's default differs by the element. Null when it is no size. */
export function bytesOf(element: XmlElement | undefined, defaultUnit: "KiB" | "bytes"): number | null {
	const match = /^\d{1,16}$/.exec(element?.text.trim() ?? "");
	const factor = units[attribute(element, "unit") ?? defaultUnit];
	if (match === null || factor === undefined) return null;
	const bytes = Number(match[0]) * factor;
	return Number.isSafeInteger(bytes) ? bytes : null;
}

export function isYes(element: XmlElement | undefined, name: string): boolean {
	const value = attribute(element, name);
	return value === "yes" || value === "on";
}

export function has(element: XmlElement, name: string): boolean {
	return child(element, name) !== undefined;
}
