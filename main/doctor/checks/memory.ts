import { freemem } from "node:os";
import { type Check, withoutEngine } from "../check.ts";

const gib = 1024 ** 3;

/** The engine's host has memory for a range of the default size. */
export const memory: Check = {
	id: "memory",
	category: "machine",
	title: "There is memory for a range",
	notApplicable: withoutEngine,
	async check({ engine }) {
		const total = engine.facts?.memoryBytes ?? 0;
		// Free memory is known only where the engine's host is this machine.
		const free = engine.facts?.isDesktop ? null : freemem();
		const message = `The engine has ${(total / gib).toFixed(1)} GiB of memory${free === null ? "" : `, ${(free / gib).toFixed(1)} GiB of it are free`}, and ${engine.facts?.cpus} CPUs.`;
		if (total < 2 * gib) {
			return { state: "failed", message, remedy: "Give the engine (or Docker Desktop) at least 4 GiB." };
		}
		if (total < 4 * gib || (free !== null && free < gib)) {
			return { state: "warning", message, remedy: "Close what is not needed, or give the engine more memory." };
		}
		return { state: "passed", message };
	},
};
