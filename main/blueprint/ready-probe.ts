import type { z } from "zod";
import { asWritten } from "./check.ts";
import type { readyFormat } from "./format.ts";
import type { Path } from "./issues.ts";
import { defaultReadyTimeoutMs } from "./limits.ts";
import type { Place } from "./place.ts";
import { parseDuration, parseHttpProbe } from "./quantities.ts";
import type { ReadyProbe } from "./resolved.ts";

/** The probe that `ready:` describes; null when there is none. `path` is where it stands in the document. */
export function readyProbeOf(
	ready: z.infer<typeof readyFormat> | undefined,
	root: Place,
	path: Path,
): ReadyProbe | null {
	if (ready === undefined) return null;
	const timeoutMs = (ready.timeout === undefined ? null : parseDuration(ready.timeout)) ?? defaultReadyTimeoutMs;
	if (ready.tcp !== undefined) return { kind: "tcp", port: ready.tcp, timeoutMs };
	if (ready.log !== undefined) return { kind: "log", pattern: ready.log, timeoutMs };
	if (ready.exec !== undefined) {
		const command = ready.exec.map((word, index) => asWritten(root, [...path, "exec", index], word));
		return { kind: "exec", command, timeoutMs };
	}
	if (ready.http === undefined) return null;
	const target = parseHttpProbe(asWritten(root, [...path, "http"], ready.http));
	return target === null ? null : { kind: "http", ...target, timeoutMs };
}
