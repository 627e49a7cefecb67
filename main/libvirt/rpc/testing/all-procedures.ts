import * as connect from "../protocol/connect.ts";
import * as domain from "../protocol/domain.ts";
import * as events from "../protocol/events.ts";
import * as network from "../protocol/network.ts";
import * as node from "../protocol/node.ts";
import type { Procedure } from "../protocol/procedure.ts";
import * as qemu from "../protocol/qemu.ts";
import * as snapshot from "../protocol/snapshot.ts";
import * as storage from "../protocol/storage.ts";
import type { Codec } from "../xdr/codec.ts";

const tables: Record<string, unknown>[] = [connect, domain, network, node, qemu, snapshot, storage].map((table) => ({
	...table,
}));
const { domainEvents, networkEvents, poolEvents } = events;
tables.push(...[domainEvents, networkEvents, poolEvents].map((registration) => ({ ...registration })));

/** Every procedure of the tables, by program and number. */
export const procedures = new Map<string, Procedure<unknown, unknown>>();
for (const value of tables.flatMap((table) => Object.values(table))) {
	if (isProcedure(value)) procedures.set(`${value.program}:${value.number}`, value);
}

/** The payloads of every event of the tables, by program and number. */
export const eventPayloads = new Map<string, { name: string; payload: Codec<unknown> }>();
for (const value of Object.values(events)) {
	if (typeof value === "object" && "payload" in value) {
		eventPayloads.set(`${value.program}:${value.procedure}`, {
			name: value.name,
			payload: value.payload as Codec<unknown>,
		});
	}
}

function isProcedure(value: unknown): value is Procedure<unknown, unknown> {
	return typeof value === "object" && value !== null && "args" in value && "number" in value;
}
