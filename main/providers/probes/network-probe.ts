import { bootClock } from "../../docker/boot-clock.ts";
import type { DockerEngine } from "../../docker/engine.ts";
import { runExec } from "../../docker/exec.ts";
import { MachineFault } from "../machine-fault.ts";

export interface NetworkProbe {
	readonly kind: "tcp" | "http";
	readonly address: string;
	readonly port: number;
	/** Of http: what is asked for, beginning with a slash. */
	readonly path: string;
	readonly timeoutMs: number;
}

/** The way to run a command beside the machines, in the network namespace of their bridges. */
export interface ProbeSite {
	readonly host: DockerEngine;
	readonly container: string;
	enterNetns(command: string[]): string[];
}

/**
 * Tries until the machine answers or the time is over, in one process beside the
 * machines: no try costs a round trip to an engine. It begins at once and then
 * waits from 50 ms to a second. socat is in our image; the official one has
 * busybox's nc. Values come as arguments and are never read as script.
 */
const script = `
address=$1 port=$2 path=$3 left=$4 wait=5
if command -v socat >/dev/null; then
  connect() { socat -u /dev/null "TCP:$address:$port,connect-timeout=2"; }
  talk() { socat -t 5 -T 5 - "TCP:$address:$port,connect-timeout=2"; }
else
  connect() { nc -z -w 2 "$address" "$port"; }
  talk() { nc -w 5 "$address" "$port"; }
fi
ask() { printf 'GET %s HTTP/1.1\\r\\nHost: %s\\r\\nConnection: close\\r\\n\\r\\n' "$path" "$address" | talk | head -n 1; }
${bootClock}
last='no connection'
end=$(( $(now) + left ))
while :; do
  if [ -z "$path" ]; then
    if last=$(connect 2>&1); then exit 0; fi
  else
    last=$(ask 2>&1 | tr -d '\\r\\000' | cut -c 1-200)
    case "$last" in HTTP/1.?' '[123][0-9][0-9]*) exit 0;; esac
  fi
  [ "$(now)" -ge "$end" ] && break
  sleep "$((wait / 100)).$(printf %02d $((wait % 100)))"
  wait=$((wait * 2)); [ "$wait" -gt 100 ] && wait=100
done
printf '%s' "$last" | tail -n 1 | cut -c 1-200
exit 75`;

const isOver = 75;

/** Resolves when the machine answers; a `MachineFault` says what came instead. An abort ends the process, too. */
export async function probeNetwork(site: ProbeSite, probe: NetworkProbe, signal: AbortSignal): Promise<void> {
	const { address, port, timeoutMs } = probe;
	const seconds = Math.max(1, Math.ceil(timeoutMs / 1000));
	const path = probe.kind === "http" ? probe.path : "";
	const command = site.enterNetns([
		"sh",
		"-c",
		script,
		"homerange-probe",
		address,
		String(port),
		path,
		String(seconds),
	]);
	const slack = 15_000;
	const { exitCode, stdout, stderr } = await runExec(
		site.host,
		site.container,
		{ command, limitMs: timeoutMs + slack, outputLimit: 4096, killable: true },
		signal,
	);
	if (exitCode === 0) return;
	const what = probe.kind === "http" ? `http ${port}${probe.path}` : `tcp ${port}`;
	if (exitCode === isOver) {
		const answer = stdout.trim();
		throw new MachineFault(
			`It did not get ready: the probe ${what} got no good answer in ${seconds} s${answer === "" ? "" : ` (last: ${answer})`}.`,
		);
	}
	throw new MachineFault(
		`Its probe ${what} could not run (exit code ${exitCode}): ${(stderr || stdout).trim().slice(0, 300)}`,
	);
}
