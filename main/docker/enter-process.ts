/** A place with a way into its network namespace. */
interface Place {
	enterNetns(command: string[]): string[];
}

/** The same place, entered one step further: into the network namespace of a process that is numbered there. */
export function enterProcess<P extends Place>(place: P, pid: number): P {
	return { ...place, enterNetns: (command) => place.enterNetns(["nsenter", "-t", String(pid), "-n", ...command]) };
}
