import type { Dind } from "../dind/dind.ts";
import type { DockerEngine } from "../docker/engine.ts";
import { runExec } from "../docker/exec.ts";

/** What a range may have on the disk can be a million files: it is counted behind everything else. */
const script = `
for folder in /var/lib/docker /home/rootless/.local/share/docker; do
  [ -d "$folder" ] || continue
  if command -v ionice >/dev/null 2>&1; then ionice -c 3 nice -n 19 du -skx "$folder"; else nice -n 19 du -skx "$folder"; fi
done 2>/dev/null`;
const limitMs = 120_000;

/** Bytes of the inner engine's data: images, machines, logs. Null when they could not be counted. */
export async function diskUsage(host: DockerEngine, dind: Dind, signal: AbortSignal): Promise<number | null> {
	const request = { command: ["sh", "-c", script], limitMs, outputLimit: 4096, killable: true };
	const { stdout } = await runExec(host, dind.container, request, signal);
	// Files that vanish while they are counted make du fail and its sum no worse.
	const sums = [...stdout.matchAll(/^(\d{1,15})\s/gm)].map(([, kib]) => Number(kib) * 1024);
	return sums.length === 0 ? null : sums.reduce((sum, bytes) => sum + bytes, 0);
}
