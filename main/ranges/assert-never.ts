/** Closes a switch over a union: the compiler complains here when a case is missing. */
export function assertNever(value: never): never {
	throw new Error(`not foreseen: ${JSON.stringify(value)}`);
}
