import { Search } from "lucide-react";
import type { ReactNode } from "react";
import { runCommand } from "../actions/registry.ts";
import { isVmUp } from "../actions/vm-actions.ts";
import { useCaptures } from "../capture/captures.ts";
import { Keys } from "../components/keys.tsx";
import { StateGlyph } from "../components/state-mark.tsx";
import type { Mark } from "../components/states.ts";
import { progressShare } from "../format/bytes.ts";
import { useEngine } from "../stores/engine.ts";
import { useRanges } from "../stores/ranges.ts";
import { isTaskOpen, useTasks } from "../stores/tasks.ts";
import { useVms } from "../stores/vms.ts";
import { strings } from "../strings.ts";
import { showTasks } from "../tasks/announce.ts";
import { stepProgress } from "../tasks/task-summary.ts";
import { navigateTo, paths } from "./navigation.ts";

/** The window's last line: the engine, what runs, what is being done. */
export function StatusBar() {
	return (
		<footer
			role="contentinfo"
			aria-label={strings.status.title}
			className="flex h-6 shrink-0 items-center gap-1 border-t border-line bg-canvas px-2 text-sm text-muted"
		>
			<EngineEntry />
			<RunningEntry />
			<TasksEntry />
			<CapturesEntry />
			<span className="ml-auto" />
			<Entry label={strings.palette.title} onPress={() => runCommand("view.palette")}>
				<Search size={12} aria-hidden="true" />
				<Keys shortcut="CmdOrCtrl+K" />
			</Entry>
		</footer>
	);
}

function Entry(props: { label?: string; onPress: () => void; children: ReactNode }) {
	return (
		<button
			type="button"
			aria-label={props.label}
			onClick={props.onPress}
			className="flex h-5 min-w-0 items-center gap-1.5 rounded-sm px-1.5 whitespace-nowrap hover:bg-hover hover:text-text"
		>
			{props.children}
		</button>
	);
}

function EngineEntry() {
	const docker = useEngine((state) => state.docker);
	const stream = useEngine((state) => state.stream);
	let mark: Mark = { tone: "busy", shape: "turning" };
	let text: string = strings.status.connecting;
	if (stream === "lost") {
		text = strings.status.lost;
	} else if (docker?.state === "connected") {
		mark = { tone: "ok", shape: "disc" };
		text = strings.status.docker(docker.chosen?.version ?? null);
	} else if (docker?.state === "unreachable") {
		mark = { tone: "bad", shape: "cross" };
		text = strings.status.noEngine;
	}
	return (
		<Entry onPress={() => navigateTo(paths.engine)}>
			<StateGlyph mark={mark} />
			<span role="status">{text}</span>
		</Entry>
	);
}

function RunningEntry() {
	const ranges = useRanges(
		(state) => state.list.filter((range) => range.state === "running" || range.state === "degraded").length,
	);
	const alone = useVms((state) => state.list.filter((vm) => vm.owner?.kind === "standalone" && isVmUp(vm)).length);
	const machines = useRanges((state) =>
		state.list.reduce(
			(sum, range) => sum + range.machines.filter((one) => one.state === "running" || one.state === "ready").length,
			0,
		),
	);
	const failed = useRanges((state) =>
		state.list.reduce((sum, range) => sum + range.machines.filter((one) => one.state === "failed").length, 0),
	);
	return (
		<>
			<Entry onPress={() => navigateTo(paths.ranges)}>{strings.status.ranges(ranges)}</Entry>
			<Entry onPress={() => navigateTo(paths.machines)}>
				{strings.status.machines(machines + alone)}
				{failed > 0 && <span className="font-medium text-bad">{strings.status.failed(failed)}</span>}
			</Entry>
		</>
	);
}

function TasksEntry() {
	const open = useTasks((state) => state.list.find(isTaskOpen) ?? null);
	const count = useTasks((state) => state.list.filter(isTaskOpen).length);
	if (open === null) return <Entry onPress={showTasks}>{strings.status.noTasks}</Entry>;
	const share = progressShare(stepProgress(open));
	return (
		<Entry onPress={showTasks}>
			<StateGlyph mark={{ tone: "busy", shape: "turning" }} />
			<span className="max-w-72 truncate text-text">{count === 1 ? open.title : strings.status.tasks(count)}</span>
			{share !== null && count === 1 && <span>{Math.round(share * 100)} %</span>}
		</Entry>
	);
}

/** Captures that run, wherever the window is; the way back to the first of them. */
function CapturesEntry() {
	const count = useCaptures((state) => Object.keys(state.running).length);
	const first = useCaptures((state) => Object.values(state.running)[0]?.range ?? null);
	if (first === null) return null;
	return (
		<Entry onPress={() => navigateTo(paths.range(first))}>
			<StateGlyph mark={{ tone: "busy", shape: "disc" }} />
			{strings.capture.running(count)}
		</Entry>
	);
}
