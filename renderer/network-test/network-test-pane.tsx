import { Network } from "lucide-react";
import type { RangeDetail } from "../../contract/ranges.ts";
import { Button } from "../components/button.tsx";
import { EmptyState } from "../components/empty-state.tsx";
import { ErrorNotice, Notice } from "../components/notice.tsx";
import { ProgressBar } from "../components/progress-bar.tsx";
import { formatDateTime } from "../format/time.ts";
import { strings } from "../strings.ts";
import { isUp } from "../usage/is-up.ts";
import { MatrixTable } from "./matrix-table.tsx";
import { type NetworkTestState, startNetworkTest, useNetworkTest } from "./tests.ts";

/** The test of a range's networks: what the blueprint wants, against what is seen. */
export function NetworkTestPane({ range }: { range: RangeDetail }) {
	const test = useNetworkTest(range.id);
	if (test === null) {
		return (
			<EmptyState icon={Network} title={strings.networkTest.title} body={strings.networkTest.body}>
				<RunButton range={range} />
			</EmptyState>
		);
	}
	return (
		<div className="grid h-full content-start gap-4 overflow-y-auto px-5 py-4">
			{test.progress === null ? (
				<div>
					<RunButton range={range} />
				</div>
			) : (
				<Running test={test} />
			)}
			{test.error !== null && <ErrorNotice error={test.error} title={strings.networkTest.failed} />}
			{test.result !== null && test.progress === null && (
				<>
					<Summary test={test} />
					<MatrixTable probes={test.result.probes} />
				</>
			)}
		</div>
	);
}

function RunButton({ range }: { range: RangeDetail }) {
	return (
		<Button icon={Network} look="primary" disabled={!isUp(range.state)} onClick={() => void startNetworkTest(range.id)}>
			{strings.networkTest.run}
		</Button>
	);
}

function Running({ test }: { test: NetworkTestState }) {
	const { done, total, message } = test.progress ?? { done: 0, total: 0, message: "" };
	return (
		<div className="flex max-w-160 items-center gap-3" role="status">
			<div className="min-w-0 flex-1">
				<p className="truncate text-sm text-muted">
					{strings.networkTest.progress(done, total)} {message}
				</p>
				<ProgressBar
					progress={{ done, total: total === 0 ? null : total, unit: "count" }}
					label={strings.networkTest.running}
				/>
			</div>
			<Button isSmall onClick={test.cancel}>
				{strings.common.cancel}
			</Button>
		</div>
	);
}

function Summary({ test: { result, at } }: { test: NetworkTestState }) {
	if (result === null) return null;
	const { asWanted, notAsWanted, unknown } = result;
	const isRight = notAsWanted + unknown === 0;
	return (
		<Notice
			tone={notAsWanted > 0 ? "bad" : isRight ? "ok" : "warn"}
			title={strings.networkTest.summary(asWanted, notAsWanted, unknown)}
		>
			{at !== null && <p className="text-muted">{strings.networkTest.at(formatDateTime(at))}</p>}
		</Notice>
	);
}
