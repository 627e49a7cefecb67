import { HomerangeError } from "../../contract/errors.ts";
import { type ExecStream, openExec } from "../docker/exec.ts";
import type { RangeConnection } from "../ranges/connections.ts";

/** A machine that runs, by its container and by its first process as the range's container numbers it. */
export interface RunningMachine {
	readonly name: string;
	readonly engineId: string;
	readonly processId: number;
}

const freezeLimitMs = 60_000;
/** Characters; an id of each machine is what it takes. */
const saidLimit = 64 * 1024;

/**
 * Where the inner engine has cgroups: the freezer, which no process notices. One client for all of them, because the
 * start of each would take longer than a pause does; it says the ids that it paused.
 */
const pauseScript = `
docker pause "$@" 2>/dev/null | sed 's/^/held /'
echo frozen
cat >/dev/null
docker unpause "$@" >/dev/null 2>&1`;

/**
 * Gives the processes of the machines that are not stopped yet and were not given before, the oldest of each machine
 * first. As for samples, a machine's processes are what is below its containerd-shim, so what was started in it
 * counts too; without a shim of its own, what is below its first process.
 */
const membersProgram = `
BEGIN {
  n = split(seen, s, " ")
  for (i = 1; i <= n; i++) known[s[i]] = 1
  for (i = 1; i < ARGC; i++) {
    pid = substr(ARGV[i], 7) + 0
    text = ""
    file = "/proc/" pid "/stat"
    while ((getline line < file) > 0) text = text line " "
    close(file)
    if (!match(text, /.*\\)/)) continue
    split(substr(text, RLENGTH + 2), f, " ")
    state[pid] = f[1]; parent[pid] = f[2]; begun[pid] = f[20]
  }
  count = split(pids, first, " ")
  for (k = 1; k <= count; k++) if (first[k] in parent) users[parent[first[k]]]++
  for (k = 1; k <= count; k++) {
    if (!(first[k] in parent)) continue
    shim = parent[first[k]]
    if (shim > 1 && users[shim] == 1) below[shim] = 1
    else owner[first[k]] = 1
  }
  for (pid in parent) {
    if (pid in known || state[pid] ~ /^[TtZX]$/) continue
    x = pid
    for (depth = 0; depth < 4096 && x > 1 && (x in parent); depth++) {
      if (x in owner || parent[x] in below) { printf "%.0f %d\\n", begun[pid], pid; break }
      x = parent[x]
    }
  }
}`;

/**
 * Without cgroups: each process is stopped, parents before children, so that no shell sees a child of its own stop,
 * and woken the other way round. Who forks in between is found by the next look; what was stopped before stays so.
 */
const stopScript = `
stopped=""
woken=""
look=0
while [ $look -lt 200 ]; do
  next=$(awk -v pids="$*" -v seen="$stopped" '${membersProgram}' /proc/[0-9]* | sort -n | cut -d' ' -f2)
  [ -z "$next" ] && break
  for pid in $next; do
    kill -STOP "$pid" 2>/dev/null
    stopped="$stopped $pid"
    woken="$pid $woken"
  done
  look=$((look + 1))
done
[ $look -eq 200 ] || echo "held all"
echo frozen
cat >/dev/null
for pid in $woken; do kill -CONT "$pid" 2>/dev/null; done
exit 0`;

/**
 * Holds machines still while the work is done, in one instant for all of them. A process in the range's container
 * holds them and lets go when its stdin ends: also when this engine is killed, so that no machine stays frozen.
 */
export async function whileFrozen<T>(
	{ host, dind, provider }: RangeConnection,
	machines: readonly RunningMachine[],
	work: () => Promise<T>,
): Promise<T> {
	if (machines.length === 0) return await work();
	const { supported } = provider.capabilities.pause;
	const command = supported
		? ["sh", "-c", pauseScript, "sh", ...machines.map(({ engineId }) => engineId)]
		: dind.enterNetns(["sh", "-c", stopScript, "sh", ...machines.map(({ processId }) => String(processId))]);
	// No signal: an abort must let go of the machines, not leave them frozen without their holder.
	const holder = await openExec(host, dind.container, { command });
	holder.stderr.resume();
	try {
		const held = await frozen(holder);
		const missed = held.has("all") ? [] : machines.filter(({ engineId }) => !held.has(engineId));
		if (missed.length > 0) await refuseMissed(missed, provider);
		return await work();
	} finally {
		holder.stream.end();
		await released(holder);
	}
}

/** Resolves when everything runs again: the holder ends then. */
async function released(holder: ExecStream): Promise<void> {
	const { promise, reject } = Promise.withResolvers<never>();
	const timer = setTimeout(() => {
		reject(
			new HomerangeError("TIMEOUT", `The machines were not let go within ${freezeLimitMs / 1000} s.`, {
				remedy: "Look at the machines' states, and restart those that do not answer.",
			}),
		);
	}, freezeLimitMs);
	try {
		await Promise.race([holder.exitCode(), promise]);
	} finally {
		clearTimeout(timer);
	}
}

/** Resolves when all are still, with the ids of those that are held, or "all". */
function frozen({ stream }: ExecStream): Promise<Set<string>> {
	const { promise, resolve, reject } = Promise.withResolvers<Set<string>>();
	const failed = () => reject(new HomerangeError("ENGINE_REFUSED", "The machines could not be held still."));
	const timer = setTimeout(failed, freezeLimitMs);
	let said = "";
	stream.on("data", (bytes: Buffer) => {
		// Whoever became root in the range's container decides what comes here.
		if (said.length > saidLimit) return failed();
		said += bytes.toString("latin1");
		const lines = said.split("\n");
		if (!lines.includes("frozen")) return;
		resolve(new Set(lines.filter((line) => line.startsWith("held ")).map((line) => line.slice("held ".length))));
	});
	stream.once("close", failed);
	return promise.finally(() => clearTimeout(timer));
}

/** A machine that ended in this moment is still as well. */
async function refuseMissed(missed: readonly RunningMachine[], provider: RangeConnection["provider"]): Promise<void> {
	for (const { name, engineId } of missed) {
		const seen = await provider.inspect(engineId, AbortSignal.timeout(freezeLimitMs));
		if (seen?.status !== "running") continue;
		throw new HomerangeError("ENGINE_REFUSED", `${name} could not be held still, so nothing was saved.`, {
			place: name,
			remedy: "Try again, or stop the machine first.",
		});
	}
}
