/** The same command, in the network namespace of a process of the container that it runs in. */
export function inNetnsOf(pid: number, command: string[]): string[] {
	return ["nsenter", "-t", String(pid), "-n", ...command];
}
