import { CommanderError } from "commander";
import { createProgram } from "./program.ts";

/** Runs one command; gives its exit status. */
export async function run(args: string[]): Promise<number> {
	leaveQuietlyWithoutReader();
	const program = createProgram();
	try {
		await program.parseAsync(args, { from: "user" });
		return typeof process.exitCode === "number" ? process.exitCode : 0;
	} catch (error) {
		// Commander has printed its own usage errors.
		if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
		const { reportError } = await import("./terminal/report-error.ts");
		return reportError(error);
	}
}

/** `homerange list | head -1` closes the pipe early: that is not an error. */
function leaveQuietlyWithoutReader(): void {
	for (const stream of [process.stdout, process.stderr]) {
		stream.on("error", (error: NodeJS.ErrnoException) => {
			if (error.code === "EPIPE") process.exit(0);
			throw error;
		});
	}
}
