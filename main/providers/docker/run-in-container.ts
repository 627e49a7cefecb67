import { HomerangeError } from "../../../contract/errors.ts";
import { DockerApiError } from "../../docker/api-errors.ts";
import type { DockerEngine } from "../../docker/engine.ts";
import { runExec } from "../../docker/exec.ts";
import type { CommandEnd } from "../probes/readiness.ts";

const outputLimit = 4096;

/** Runs a command in a machine's container to its end, for a probe or after its boot. */
export async function runInContainer(
	inner: DockerEngine,
	engineId: string,
	{ command, limitMs }: { command: string[]; limitMs: number },
	signal: AbortSignal,
): Promise<CommandEnd> {
	try {
		const { exitCode, stdout, stderr } = await runExec(inner, engineId, { command, limitMs, outputLimit }, signal);
		const last = (stderr || stdout).trim().split("\n").at(-1)?.slice(0, 300) ?? "";
		return { exitCode, said: last === "" ? "" : ` (${last})` };
	} catch (error) {
		if (error instanceof HomerangeError && error.code === "TIMEOUT") return "timeout";
		// The program is not in the image, or the container is just ending: the engine's words say which.
		if (error instanceof DockerApiError) return { exitCode: 127, said: ` (${error.message})` };
		throw error;
	}
}
