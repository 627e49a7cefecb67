import { ArrowLeft, SearchX } from "lucide-react";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { useParams } from "react-router";
import type { ErrorInfo } from "../../contract/errors.ts";
import { navigateTo, paths } from "../app/navigation.ts";
import { rpc } from "../bridge/client.ts";
import { errorInfoOf } from "../bridge/error-info.ts";
import { Button } from "../components/button.tsx";
import { EmptyState } from "../components/empty-state.tsx";
import { ErrorNotice } from "../components/notice.tsx";
import { Page, Section } from "../components/page.tsx";
import { useTask } from "../stores/tasks.ts";
import { strings } from "../strings.ts";
import { TaskPanel } from "../tasks/task-panel.tsx";

const words = strings.images.building;
/** The newest lines that stay on the page. */
const keptLines = 5000;

/** A build under way or ended: its task, and what its commands print. */
export function BuildPage() {
	const { taskId = "" } = useParams();
	const task = useTask(taskId);
	return (
		<Page
			title={words.title}
			name={words.title}
			actions={
				<Button icon={ArrowLeft} onClick={() => navigateTo(paths.images)}>
					{strings.places.images}
				</Button>
			}
		>
			{task === null ? (
				<EmptyState icon={SearchX} title={words.gone} body={words.goneBody} />
			) : (
				<div className="grid max-w-280 gap-5">
					<TaskPanel task={task} />
					<Output key={taskId} taskId={taskId} />
				</div>
			)}
		</Page>
	);
}

function Output({ taskId }: { taskId: string }) {
	const { lines, error } = useOutput(taskId);
	const box = useRef<HTMLPreElement>(null);
	const isAtEnd = useRef(true);
	// New lines are followed, unless somebody scrolled up to read.
	useLayoutEffect(() => {
		if (isAtEnd.current && lines.length > 0) box.current?.scrollTo({ top: box.current.scrollHeight });
	}, [lines]);
	return (
		<Section title={words.output}>
			{error !== null && <ErrorNotice error={error} />}
			<pre
				ref={box}
				// biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard scrolls it
				tabIndex={0}
				role="log"
				aria-label={words.output}
				onScroll={({ currentTarget: { scrollTop, clientHeight, scrollHeight } }) => {
					isAtEnd.current = scrollTop + clientHeight >= scrollHeight - 8;
				}}
				className="h-96 overflow-auto rounded-lg border border-line bg-sunken p-3 font-mono text-sm whitespace-pre-wrap"
			>
				{lines.join("\n")}
			</pre>
		</Section>
	);
}

/** The build's lines as they come; drawn once for each frame, however many there are. */
function useOutput(taskId: string): { lines: readonly string[]; error: ErrorInfo | null } {
	const [lines, setLines] = useState<readonly string[]>([]);
	const [error, setError] = useState<ErrorInfo | null>(null);
	useEffect(() => {
		const abort = new AbortController();
		let waiting: string[] = [];
		let frame = 0;
		const draw = (): void => {
			frame = 0;
			const fresh = waiting;
			waiting = [];
			setLines((before) => [...before, ...fresh].slice(-keptLines));
		};
		const follow = async (): Promise<void> => {
			for await (const { line } of await rpc().images.buildOutput({ taskId }, { signal: abort.signal })) {
				waiting.push(line);
				if (waiting.length > keptLines) waiting.shift();
				if (frame === 0) frame = requestAnimationFrame(draw);
			}
		};
		follow().catch((failure: unknown) => {
			if (!abort.signal.aborted) setError(errorInfoOf(failure));
		});
		return () => {
			abort.abort();
			cancelAnimationFrame(frame);
		};
	}, [taskId]);
	return { lines, error };
}
