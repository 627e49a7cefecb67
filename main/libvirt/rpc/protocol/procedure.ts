import { Program } from "../wire/header.ts";
import { type Codec, nothing } from "../xdr/codec.ts";

/** One call of libvirt's protocol. */
export interface Procedure<Args, Result> {
	readonly program: number;
	readonly number: number;
	/** Its name in libvirt's protocol, for messages. */
	readonly name: string;
	readonly args: Codec<Args>;
	readonly result: Codec<Result>;
	/** May take minutes by its nature. It goes over a connection of its own kind, so that it never holds back a quick one. */
	readonly slow: boolean;
}

interface Options {
	slow?: boolean;
	program?: number;
}

export function procedure<Args, Result>(
	number: number,
	name: string,
	args: Codec<Args>,
	result: Codec<Result>,
	{ slow = false, program = Program.remote }: Options = {},
): Procedure<Args, Result> {
	return { program, number, name, args, result, slow };
}

/** A call that gives nothing back. */
export function command<Args>(
	number: number,
	name: string,
	args: Codec<Args>,
	options?: Options,
): Procedure<Args, void> {
	return procedure(number, name, args, nothing, options);
}

/** A call without arguments. */
export function query<Result>(
	number: number,
	name: string,
	result: Codec<Result>,
	options?: Options,
): Procedure<void, Result> {
	return procedure(number, name, nothing, result, options);
}
