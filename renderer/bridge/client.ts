import { createORPCClient } from "@orpc/client";
import { RPCLink } from "@orpc/client/message-port";
import type { ContractRouterClient } from "@orpc/contract";
import type { contract } from "../../contract/router.ts";
import { openPort } from "./shell.ts";

export type Client = ContractRouterClient<typeof contract>;

let current: Client | null = null;

function connect(): Client {
	const port = openPort({ kind: "rpc" });
	const client: Client = createORPCClient(new RPCLink({ port }));
	// The other end goes away when the shell restarts the engine: the next call opens a new port.
	port.addEventListener("close", () => {
		if (current === client) current = null;
	});
	port.start();
	return client;
}

/** The client of the engine's contract. Ask for it at each call: the port is renewed after a loss. */
export function rpc(): Client {
	current ??= connect();
	return current;
}
