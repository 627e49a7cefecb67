import type { DoctorCheck, EngineCandidate } from "../../contract/engines.ts";
import type { Severity } from "../../contract/events.ts";
import type { MachineState, RangeState } from "../../contract/ranges.ts";
import type { TaskState, TaskStep } from "../../contract/tasks.ts";
import type { VmState } from "../../contract/vms.ts";

/** What a colour stands for, the same everywhere. */
export type Tone = "ok" | "busy" | "warn" | "bad" | "idle" | "pause";

/** Shape of a state's mark: a state is told by shape and word as well as by colour. */
export type Shape = "disc" | "check" | "turning" | "square" | "bars" | "triangle" | "cross" | "ring";

export interface Mark {
	tone: Tone;
	shape: Shape;
}

export const rangeMarks: Record<RangeState, Mark> = {
	deploying: { tone: "busy", shape: "turning" },
	running: { tone: "ok", shape: "check" },
	degraded: { tone: "warn", shape: "triangle" },
	stopping: { tone: "busy", shape: "turning" },
	stopped: { tone: "idle", shape: "square" },
	starting: { tone: "busy", shape: "turning" },
	paused: { tone: "pause", shape: "bars" },
	destroying: { tone: "busy", shape: "turning" },
	failed: { tone: "bad", shape: "cross" },
};

export const machineMarks: Record<MachineState, Mark> = {
	creating: { tone: "busy", shape: "turning" },
	starting: { tone: "busy", shape: "turning" },
	running: { tone: "ok", shape: "disc" },
	ready: { tone: "ok", shape: "check" },
	paused: { tone: "pause", shape: "bars" },
	stopping: { tone: "busy", shape: "turning" },
	stopped: { tone: "idle", shape: "square" },
	failed: { tone: "bad", shape: "cross" },
};

export const vmMarks: Record<VmState, Mark> = {
	running: { tone: "ok", shape: "disc" },
	paused: { tone: "pause", shape: "bars" },
	stopping: { tone: "busy", shape: "turning" },
	stopped: { tone: "idle", shape: "square" },
	crashed: { tone: "bad", shape: "cross" },
	suspended: { tone: "pause", shape: "bars" },
	unknown: { tone: "idle", shape: "ring" },
};

export const taskMarks: Record<TaskState, Mark> = {
	queued: { tone: "idle", shape: "ring" },
	running: { tone: "busy", shape: "turning" },
	done: { tone: "ok", shape: "check" },
	failed: { tone: "bad", shape: "cross" },
	cancelled: { tone: "idle", shape: "square" },
	interrupted: { tone: "warn", shape: "triangle" },
};

export const stepMarks: Record<TaskStep["state"], Mark> = {
	waiting: { tone: "idle", shape: "ring" },
	running: { tone: "busy", shape: "turning" },
	done: { tone: "ok", shape: "check" },
	skipped: { tone: "idle", shape: "square" },
	failed: { tone: "bad", shape: "cross" },
	undone: { tone: "idle", shape: "square" },
};

export const severityMarks: Record<Severity, Mark> = {
	info: { tone: "idle", shape: "disc" },
	warning: { tone: "warn", shape: "triangle" },
	error: { tone: "bad", shape: "cross" },
	critical: { tone: "bad", shape: "cross" },
};

export const checkMarks: Record<DoctorCheck["state"], Mark> = {
	passed: { tone: "ok", shape: "check" },
	warning: { tone: "warn", shape: "triangle" },
	failed: { tone: "bad", shape: "cross" },
	skipped: { tone: "idle", shape: "square" },
};

export const verdictMarks: Record<EngineCandidate["verdict"], Mark> = {
	usable: { tone: "ok", shape: "check" },
	absent: { tone: "idle", shape: "square" },
	"no-permission": { tone: "bad", shape: "cross" },
	"no-answer": { tone: "bad", shape: "cross" },
	refused: { tone: "bad", shape: "cross" },
	unsupported: { tone: "warn", shape: "triangle" },
};

/** The classes of a tone: text colour, and text on its tint. Written out, so that Tailwind finds them. */
export const toneText: Record<Tone, string> = {
	ok: "text-ok",
	busy: "text-busy",
	warn: "text-warn",
	bad: "text-bad",
	idle: "text-idle",
	pause: "text-pause",
};

export const toneTint: Record<Tone, string> = {
	ok: "bg-ok-tint",
	busy: "bg-busy-tint",
	warn: "bg-warn-tint",
	bad: "bg-bad-tint",
	idle: "bg-idle-tint",
	pause: "bg-pause-tint",
};
