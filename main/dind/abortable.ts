/** Options of an engine call, with the signal that ends it; dockerode's types do not know that every call takes one. */
export function abortable<T extends object>(
	options: T,
	signal: AbortSignal | undefined,
): T & { abortSignal?: AbortSignal } {
	return signal ? { ...options, abortSignal: signal } : options;
}
