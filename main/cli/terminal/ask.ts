import { createInterface } from "node:readline/promises";
import { HomerangeError } from "../../../contract/errors.ts";

/** Whether there is someone to ask. */
export const hasTerminal = (): boolean => process.stdin.isTTY === true && process.stderr.isTTY === true;

/** Asks for a yes on the terminal; anything else is a no. Without a terminal the command needs `--yes`. */
export async function confirm(question: string): Promise<void> {
	if (!hasTerminal()) {
		throw new HomerangeError("USAGE", "This destroys something, and there is no terminal to ask on.", {
			remedy: "Give --yes.",
		});
	}
	const terminal = createInterface({ input: process.stdin, output: process.stderr });
	const interrupted = new AbortController();
	terminal.once("SIGINT", () => interrupted.abort());
	try {
		const answer = await terminal.question(`${question} [y/N] `, { signal: interrupted.signal });
		if (/^y(es)?$/i.test(answer.trim())) return;
	} finally {
		terminal.close();
	}
	throw new HomerangeError("CANCELLED", "Nothing was done.");
}
