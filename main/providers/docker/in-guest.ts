/** The command line that runs a command in the guest from its container, by the guest's agent. */
export function inGuest(command: readonly string[]): string[] {
	const script = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
	return ["homerange-guest-run", Buffer.from(`${script}\n`, "utf8").toString("base64")];
}
