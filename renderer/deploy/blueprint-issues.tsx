import type { BlueprintIssue } from "../../contract/blueprints.ts";
import { StateGlyph } from "../components/state-mark.tsx";
import { strings } from "../strings.ts";

const widestLine = 200;

/** A blueprint's errors, each with its place, its hint, and the line of text that it is in. */
export function BlueprintIssues({ errors, text }: { errors: readonly BlueprintIssue[]; text: string }) {
	const lines = text.split("\n");
	return (
		<section aria-label={strings.deploy.invalid(errors.length)} className="max-w-220">
			<div role="alert">
				<h2 className="mb-3 text-lg font-semibold text-bad">{strings.deploy.invalid(errors.length)}</h2>
			</div>
			<ol className="grid gap-2">
				{errors.map((issue) => (
					<li
						key={`${issue.line}:${issue.column} ${issue.path} ${issue.message}`}
						className="selectable rounded-lg border border-line bg-surface px-4 py-2.5"
					>
						<div className="flex items-baseline gap-2">
							<StateGlyph mark={{ tone: "bad", shape: "cross" }} className="translate-y-0.5" />
							<p className="min-w-0 flex-1 font-medium break-words">{issue.message}</p>
							<code className="shrink-0 font-mono text-sm text-muted">
								{strings.deploy.at(issue.line, issue.column)}
							</code>
						</div>
						{issue.path !== "" && <p className="pl-5 font-mono text-sm break-all text-faint">{issue.path}</p>}
						<SourceLine line={lines[issue.line - 1]} number={issue.line} column={issue.column} />
						{issue.hint !== null && (
							<p className="mt-1 pl-5 text-muted">
								<span className="font-medium text-text">{strings.deploy.hint}: </span>
								{issue.hint}
							</p>
						)}
					</li>
				))}
			</ol>
		</section>
	);
}

/** The line that an error is in, with a mark under its column. */
function SourceLine({ line, number, column }: { line: string | undefined; number: number; column: number }) {
	if (line === undefined || line.trim() === "") return null;
	// A tab counts as one column: shown as one, so that the mark stands right.
	const shown = line.replaceAll("\t", " ").slice(0, widestLine);
	const gutter = `${number} `;
	return (
		<pre className="mt-1.5 ml-5 overflow-x-auto rounded-md bg-sunken px-2 py-1 font-mono text-sm">
			<span className="text-faint">{gutter}</span>
			{shown}
			{column >= 1 && column <= shown.length + 1 && (
				<>
					{"\n"}
					{" ".repeat(gutter.length + column - 1)}
					<span className="text-bad">^</span>
				</>
			)}
		</pre>
	);
}
