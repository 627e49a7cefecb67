import {
	amount,
	type Codec,
	double,
	fixedBytes,
	flag,
	hyper,
	int,
	list,
	mapped,
	optional,
	string,
	struct,
	uhyper,
	uint,
} from "../xdr/codec.ts";
import { XdrError } from "../xdr/xdr-error.ts";

/** A virtual machine, as libvirt names it in every call. libvirt finds it by its UUID; the name is for people. */
export interface Domain {
	name: string;
	/** With dashes, in lower case. */
	uuid: string;
	/** -1 while it is off; a new one at each start. */
	id: number;
}

export interface Network {
	name: string;
	uuid: string;
}

export interface StoragePool {
	name: string;
	uuid: string;
}

export interface Volume {
	pool: string;
	name: string;
	/** In a pool of a folder this is the path. */
	key: string;
}

export interface Snapshot {
	name: string;
	domain: Domain;
}

export interface Checkpoint {
	name: string;
	domain: Domain;
}

/** A 64-bit value is a number up to 2^53-1 and a bigint above it. */
export type ParameterValue = number | bigint | boolean | string;
export type Parameters = Record<string, ParameterValue>;

const uuidPattern = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;

export const uuid: Codec<string> = mapped(
	fixedBytes(16),
	(bytes) => {
		const hex = Buffer.from(bytes.buffer, bytes.byteOffset, 16).toString("hex");
		return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
	},
	(text) => {
		if (!uuidPattern.test(text)) throw new XdrError(`${JSON.stringify(text.slice(0, 64))} is not a UUID.`);
		return Buffer.from(text.replaceAll("-", ""), "hex");
	},
);

export const domain: Codec<Domain> = struct({ name: string, uuid, id: int });
export const network: Codec<Network> = struct({ name: string, uuid });
export const pool: Codec<StoragePool> = struct({ name: string, uuid });
export const volume: Codec<Volume> = struct({ pool: string, name: string, key: string });
export const snapshot: Codec<Snapshot> = struct({ name: string, domain });
export const checkpoint: Codec<Checkpoint> = struct({ name: string, domain });

/** libvirt's numbers for the type of a typed parameter, and what each holds. */
const parameterKinds: Record<number, Codec<ParameterValue>> = {
	1: int as Codec<ParameterValue>,
	2: uint as Codec<ParameterValue>,
	3: hyper as Codec<ParameterValue>,
	4: uhyper as Codec<ParameterValue>,
	5: double as Codec<ParameterValue>,
	6: flag as Codec<ParameterValue>,
	7: string as Codec<ParameterValue>,
};

export interface TypedParameter {
	field: string;
	type: number;
	value: ParameterValue;
}

export const typedParameter: Codec<TypedParameter> = {
	minimum: 12,
	encode: (writer, { field, type, value }) => {
		string.encode(writer, field);
		writer.uint(type);
		kindOf(type).encode(writer, value);
	},
	decode: (reader) => {
		const field = string.decode(reader);
		const type = reader.uint();
		return { field, type, value: kindOf(type).decode(reader) };
	},
};

function kindOf(type: number): Codec<ParameterValue> {
	const kind = parameterKinds[type];
	if (!kind) throw new XdrError(`A parameter of the unknown type ${type}.`);
	return kind;
}

function narrow(value: ParameterValue): ParameterValue {
	return typeof value === "bigint" && value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER
		? Number(value)
		: value;
}

/** Typed parameters as a record without a prototype: their names come from outside. Only for reading. */
export const parameters: Codec<Parameters> = mapped(
	list(typedParameter),
	(items) => {
		const record: Parameters = Object.create(null);
		for (const { field, value } of items) record[field] = narrow(value);
		return record;
	},
	() => {
		throw new XdrError("A record of parameters does not say their types.");
	},
);

export const domainStats = struct({ domain, values: parameters });
export const memoryStat = struct({ tag: int, value: amount });

export const dhcpLease = struct({
	interface: string,
	/** Seconds since 1970. */
	expires: mapped(hyper, Number, BigInt),
	/** 0 IPv4, 1 IPv6. */
	type: int,
	mac: optional(string),
	iaid: optional(string),
	address: string,
	prefix: uint,
	hostname: optional(string),
	clientId: optional(string),
});

export const domainInterface = struct({
	name: string,
	mac: optional(string),
	addresses: list(
		struct({
			/** 0 IPv4, 1 IPv6. */
			type: int,
			address: string,
			prefix: uint,
		}),
	),
});

export const fileSystem = struct({
	mountPoint: string,
	name: string,
	type: string,
	devices: list(string),
});

export const nodeStat = struct({ field: string, value: amount });

/** The payload of an error, in a reply or on a stream. Only its first four fields say anything to a person. */
export const remoteError = struct({
	code: int,
	domain: int,
	message: optional(string),
	level: int,
	about: optional(domain),
	text1: optional(string),
	text2: optional(string),
	text3: optional(string),
	number1: int,
	number2: int,
	network: optional(network),
});
