/** A stream whose errors are those of the border: a call's own error is no help once its stream is open. */
export function mapStreamErrors<T>(
	stream: AsyncGenerator<T, void>,
	map: (error: unknown) => unknown,
): AsyncGenerator<T, void> {
	const mapped = async (result: Promise<IteratorResult<T, void>>): Promise<IteratorResult<T, void>> => {
		try {
			return await result;
		} catch (error) {
			throw map(error);
		}
	};
	return {
		next: () => mapped(stream.next()),
		return: () => mapped(stream.return()),
		throw: (error: unknown) => mapped(stream.throw(error)),
		[Symbol.asyncIterator]() {
			return this;
		},
		async [Symbol.asyncDispose]() {
			await stream.return();
		},
	};
}

export function isStream(value: unknown): value is AsyncGenerator<unknown, void> {
	return typeof value === "object" && value !== null && Symbol.asyncIterator in value && "next" in value;
}
