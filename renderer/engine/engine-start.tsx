import { Loader } from "lucide-react";
import type { EngineStart } from "../../contract/shell.ts";
import { shell } from "../bridge/shell.ts";
import { Button } from "../components/button.tsx";
import { ErrorNotice } from "../components/notice.tsx";
import { strings } from "../strings.ts";

/** What stands in the window until the app's own engine works. */
export function EngineStartScreen({ start }: { start: EngineStart }) {
	if (start.state === "failed") {
		return (
			<div className="mx-auto max-w-160 p-8">
				<ErrorNotice
					error={start.error}
					title={strings.engine.startFailed}
					actions={
						<Button look="primary" onClick={() => shell().retryEngine()}>
							{strings.common.tryAgain}
						</Button>
					}
				/>
			</div>
		);
	}
	return (
		<div role="status" className="flex h-full flex-col items-center justify-center gap-2 text-muted">
			<Loader size={20} aria-hidden="true" className="turning" />
			{start.state === "waiting" ? (
				<>
					<p>{strings.engine.waiting}</p>
					<ul className="text-sm">
						{start.tasks.map((title) => (
							<li key={title}>{title}</li>
						))}
					</ul>
				</>
			) : (
				<p>{strings.engine.starting}</p>
			)}
		</div>
	);
}
