import { HomerangeError } from "../../contract/errors.ts";
import { isNotFound } from "../docker/api-errors.ts";
import { bootClock } from "../docker/boot-clock.ts";
import type { DockerEngine } from "../docker/engine.ts";
import { runExec } from "../docker/exec.ts";
import { abortable } from "./abortable.ts";
import type { Dind } from "./dind.ts";
import { lastLogLines } from "./last-log-lines.ts";

const limitSeconds = 60;
/** Status of the script when the engine did not answer in time. */
const timedOut = 75;
/** How long an end that shows already is waited for. */
const endLimitMs = 3000;

/**
 * Waits inside the container, in one exec: while a nested cgroup is being set up, every further exec disturbs it.
 * The socket's file appears a moment before the engine answers on it, hence the question.
 */
const waitScript = `
socket=\${DOCKER_HOST:-unix:///var/run/docker.sock}
${bootClock}
end=$(( $(now) + ${limitSeconds} ))
while [ "$(now)" -lt "$end" ]; do
  if [ -S "\${socket#unix://}" ] && docker version >/dev/null 2>&1; then exit 0; fi
  sleep 0.05
done
exit ${timedOut}`.trim();

/**
 * Resolves when the inner engine answers. Fails at once with the container's last words when it has ended, and
 * with TIMEOUT after 60 seconds.
 */
export async function waitForInnerEngine(
	host: DockerEngine,
	dind: Pick<Dind, "container">,
	signal?: AbortSignal,
): Promise<void> {
	let failure: unknown;
	let exitCode: number | null = null;
	try {
		const command = ["sh", "-c", waitScript];
		// A little longer than the script's own limit: the exec's limit is for a container that does not run it at all.
		const limitMs = (limitSeconds + 10) * 1000;
		({ exitCode } = await runExec(host, dind.container, { command, limitMs }, signal));
		if (exitCode === 0) return;
	} catch (error) {
		failure = error;
	}
	signal?.throwIfAborted();
	// A container that ends kills what runs in it, and is told as ended a moment later.
	if (exitCode !== timedOut) await endOf(host, dind.container, signal);
	await throwIfEnded(host, dind.container, signal);
	if (failure) throw failure;
	throw new HomerangeError(
		"TIMEOUT",
		exitCode === timedOut
			? `The inner Docker Engine did not answer within ${limitSeconds} seconds.`
			: `Waiting for the inner Docker Engine failed with exit code ${exitCode}.`,
		{
			place: dind.container,
			remedy: "Look at the end of the container's log below; the doctor checks what an inner engine needs.",
			detail: await lastLogLines(host, dind.container, signal),
		},
	);
}

/** Resolves when the container has ended, or after a moment when it goes on. */
async function endOf(host: DockerEngine, container: string, signal?: AbortSignal): Promise<void> {
	const limit = AbortSignal.timeout(endLimitMs);
	const abortSignal = signal === undefined ? limit : AbortSignal.any([signal, limit]);
	try {
		await host.api.getContainer(container).wait({ condition: "not-running", abortSignal });
	} catch (error) {
		signal?.throwIfAborted();
		if (!limit.aborted && !isNotFound(error)) throw error;
	}
}

async function throwIfEnded(host: DockerEngine, container: string, signal?: AbortSignal): Promise<void> {
	let state: { Running?: boolean; ExitCode?: number; OOMKilled?: boolean };
	try {
		state = (await host.api.getContainer(container).inspect(abortable({}, signal))).State;
	} catch (error) {
		if (!isNotFound(error)) throw error;
		throw new HomerangeError("ENGINE_REFUSED", "The range's container was removed while it started.", {
			place: container,
		});
	}
	if (state.Running) return;
	const why = state.OOMKilled ? "it used more memory than the range may have" : `exit code ${state.ExitCode}`;
	throw new HomerangeError("ENGINE_REFUSED", `The range's container ended before its Docker Engine answered: ${why}.`, {
		place: container,
		remedy: state.OOMKilled
			? "Raise the blueprint's memory limit."
			: "The end of its log below says what it missed; another isolation profile may work here.",
		detail: await lastLogLines(host, container, signal),
	});
}
