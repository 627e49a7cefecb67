import { Program } from "../wire/header.ts";
import { int, optional, string, struct, uint } from "../xdr/codec.ts";
import { procedure } from "./procedure.ts";
import { domain } from "./structs.ts";

/** Calls of the QEMU program, which only QEMU's driver knows. */
export const monitorCommand = procedure(
	1,
	"QEMU_DOMAIN_MONITOR_COMMAND",
	struct({ domain, command: string, flags: uint }),
	struct({ result: string }),
	{ program: Program.qemu },
);
export const agentCommand = procedure(
	3,
	"QEMU_DOMAIN_AGENT_COMMAND",
	struct({ domain, command: string, timeout: int, flags: uint }),
	struct({ result: optional(string) }),
	{ program: Program.qemu, slow: true },
);
