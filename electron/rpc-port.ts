import type { MessagePortMain } from "electron";
import { z } from "zod";

/** Room for the largest blueprint text, escaped. */
const messageLimit = 8 * 1024 * 1024;

/**
 * The outer shape of a message in oRPC's port protocol: an id, a type (absent for
 * a request), and for a request the path it names. Bodies are the contract's
 * business; what oRPC could not even take apart ends here.
 */
const callMessage = z.union([
	z.object({
		i: z.string().max(64),
		t: z.undefined().optional(),
		p: z.object({ u: z.string().regex(/^\/[\w/]{1,200}$/) }),
	}),
	z.object({ i: z.string().max(64), t: z.literal([3, 4]) }),
]);

/** True for a message that oRPC can take apart: JSON text of a bounded length, no binary form. */
export function isCallMessage(data: unknown): boolean {
	if (typeof data !== "string" || data.length > messageLimit) return false;
	try {
		return callMessage.safeParse(JSON.parse(data)).success;
	} catch (error) {
		if (error instanceof SyntaxError) return false;
		throw error;
	}
}

type Listener = (event?: { data: unknown }) => void;

/** The port as oRPC uses it. A message that is no call closes the port before anything acts on it. */
export function guardCalls(port: MessagePortMain): {
	on(event: string, listener: Listener): void;
	postMessage(data: unknown): void;
} {
	return {
		on(event, listener) {
			if (event === "close") port.on("close", () => listener());
			if (event !== "message") return;
			port.on("message", (message) => {
				if (isCallMessage(message.data)) listener(message);
				else port.close();
			});
		},
		// The page may be gone when an answer is ready; a closed port takes it and drops it.
		postMessage: (data) => port.postMessage(data),
	};
}
