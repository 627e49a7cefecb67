import { Program } from "../wire/header.ts";
import { amount, type Codec, int, optional, string, struct } from "../xdr/codec.ts";
import { command, type Procedure, procedure } from "./procedure.ts";
import { domain, network, parameters, pool } from "./structs.ts";

const registered = struct({ callback: int });

/** How to ask for one kind of events: all of a kind, or those of one object. */
export interface Registration<Subject> {
	readonly register: Procedure<{ event: number; subject: Subject | null }, { callback: number }>;
	readonly deregister: Procedure<{ callback: number }, void>;
}

function registration<Subject>(
	name: string,
	registerNumber: number,
	deregisterNumber: number,
	subject: Codec<Subject>,
): Registration<Subject> {
	return {
		register: procedure(
			registerNumber,
			`CONNECT_${name}_REGISTER_ANY`,
			struct({ event: int, subject: optional(subject) }),
			registered,
		),
		deregister: command(deregisterNumber, `CONNECT_${name}_DEREGISTER_ANY`, registered),
	};
}

export const domainEvents = registration("DOMAIN_EVENT_CALLBACK", 316, 317, domain);
export const networkEvents = registration("NETWORK_EVENT", 313, 314, network);
export const poolEvents = registration("STORAGE_POOL_EVENT", 368, 369, pool);

/** One kind of event: the number to ask for it, and the packet that it comes in. */
export interface EventKind<Subject, Payload> {
	readonly name: string;
	readonly registration: Registration<Subject>;
	readonly event: number;
	readonly program: number;
	readonly procedure: number;
	/** Begins with the number of the registration, as all of these events do. */
	readonly payload: Codec<Payload & { callback: number }>;
}

function kind<Subject, Payload>(
	name: string,
	on: Registration<Subject>,
	event: number,
	procedureNumber: number,
	payload: Codec<Payload & { callback: number }>,
): EventKind<Subject, Payload> {
	return { name, registration: on, event, program: Program.remote, procedure: procedureNumber, payload };
}

const callback = int;

export const domainLifecycle = kind(
	"domain lifecycle",
	domainEvents,
	0,
	318,
	struct({ callback, domain, event: int, detail: int }),
);
export const domainReboot = kind("domain reboot", domainEvents, 1, 319, struct({ callback, domain }));
export const domainIoError = kind(
	"domain I/O error",
	domainEvents,
	6,
	324,
	struct({ callback, domain, path: string, device: string, action: int, reason: string }),
);
export const domainDiskChange = kind(
	"domain disk change",
	domainEvents,
	9,
	327,
	struct({ callback, domain, oldPath: optional(string), newPath: optional(string), device: string, reason: int }),
);
export const domainBalloon = kind(
	"domain balloon",
	domainEvents,
	13,
	331,
	struct({ callback, domain, memoryKiB: amount }),
);
export const domainDeviceRemoved = kind(
	"domain device removed",
	domainEvents,
	15,
	333,
	struct({ callback, domain, device: string }),
);
export const domainBlockJob = kind(
	"domain block job",
	domainEvents,
	16,
	339,
	struct({ callback, domain, disk: string, type: int, status: int }),
);
export const domainAgent = kind(
	"domain agent",
	domainEvents,
	18,
	348,
	struct({ callback, domain, state: int, reason: int }),
);
export const domainDeviceAdded = kind(
	"domain device added",
	domainEvents,
	19,
	354,
	struct({ callback, domain, device: string }),
);
export const domainJobCompleted = kind(
	"domain job completed",
	domainEvents,
	21,
	363,
	struct({ callback, domain, values: parameters }),
);
export const domainMetadata = kind(
	"domain metadata",
	domainEvents,
	23,
	379,
	struct({ callback, domain, type: int, uri: optional(string) }),
);
export const networkLifecycle = kind(
	"network lifecycle",
	networkEvents,
	0,
	315,
	struct({ callback, network, event: int, detail: int }),
);
export const poolLifecycle = kind(
	"pool lifecycle",
	poolEvents,
	0,
	370,
	struct({ callback, pool, event: int, detail: int }),
);
export const poolRefresh = kind("pool refresh", poolEvents, 1, 373, struct({ callback, pool }));
