import { FileDiff, Play } from "lucide-react";
import { useState } from "react";
import type { BlueprintIssue, BlueprintSource } from "../../contract/blueprints.ts";
import type { RangeUpdate } from "../../contract/range-update.ts";
import type { RangeDetail } from "../../contract/ranges.ts";
import { perform } from "../actions/perform.ts";
import { navigateTo, paths } from "../app/navigation.ts";
import { rpc } from "../bridge/client.ts";
import { Button } from "../components/button.tsx";
import { ErrorNotice, Notice } from "../components/notice.tsx";
import { BlueprintIssues } from "../deploy/blueprint-issues.tsx";
import { agreesToWarnings } from "../deploy/confirm-warnings.ts";
import { Findings } from "../deploy/findings.tsx";
import { useRequest } from "../hooks/use-request.ts";
import { confirm } from "../stores/confirm.ts";
import { strings } from "../strings.ts";
import { ChangeList } from "./change-list.tsx";

type Compared =
	| { update: RangeUpdate; issues: null }
	| { update: null; issues: { errors: readonly BlueprintIssue[]; text: string } };

/** What a blueprint changes in the range, or what is wrong with it; and the button that does it. */
export function UpdatePreview({ range, source, turn }: { range: RangeDetail; source: BlueprintSource; turn: number }) {
	const { data, error, isLoading } = useRequest(
		(signal) => compare(range.id, source, signal),
		[range.id, range.blueprint.sha256, range.state, range.taskId, turn],
	);
	const [isStarting, setStarting] = useState(false);
	if (error !== null) {
		return (
			<div className="max-w-220">
				<ErrorNotice error={error} />
			</div>
		);
	}
	if (data === null) return <p role="status">{isLoading && strings.update.reading}</p>;
	if (data.issues !== null) return <BlueprintIssues errors={data.issues.errors} text={data.issues.text} />;
	const { update } = data;
	const lost = update.changes.filter(({ losesData }) => losesData);

	const start = async (): Promise<void> => {
		if (!(await agrees(update))) return;
		setStarting(true);
		const started = await perform(() => rpc().ranges.update({ range: range.id, source, mayLoseData: true }));
		setStarting(false);
		if (started !== null) navigateTo(paths.range(range.id));
	};

	return (
		<div className="max-w-220">
			<Findings findings={update.findings.filter(({ severity }) => severity !== "fact")} warnings={[]} />
			{lost.length > 0 && (
				<div className="mb-5">
					<Notice tone="warn" title={strings.update.loses(lost.length)}>
						<p className="text-muted">{strings.update.losesBody}</p>
					</Notice>
				</div>
			)}
			{update.changes.length === 0 ? (
				<p className="mb-5">{strings.update.nothing}</p>
			) : (
				<ChangeList changes={update.changes} />
			)}
			<Button
				look="primary"
				icon={update.changes.length === 0 ? Play : FileDiff}
				isBusy={isStarting}
				disabled={isLoading || range.taskId !== null || update.findings.some(({ severity }) => severity === "error")}
				onClick={() => void start()}
			>
				{update.changes.length === 0 ? strings.update.reconcile : strings.update.update}
			</Button>
			<div className="mt-6">
				<Findings findings={update.findings.filter(({ severity }) => severity === "fact")} warnings={[]} />
			</div>
		</div>
	);
}

async function compare(range: string, source: BlueprintSource, signal: AbortSignal): Promise<Compared> {
	const { valid, errors } = await rpc().blueprints.validate({ source }, { signal });
	if (valid) return { update: await rpc().ranges.previewUpdate({ range, source }, { signal }), issues: null };
	const { text } = await rpc().blueprints.read({ source }, { signal });
	return { update: null, issues: { errors, text } };
}

/** Lost disks ask in words of their own; so do warnings, which stand on the page already. */
async function agrees({ rangeName, changes, findings }: RangeUpdate): Promise<boolean> {
	const lost = changes.flatMap(({ losesData, name }) => (losesData && name !== null ? [name] : []));
	if (lost.length === 0) return await agreesToWarnings(findings, "update");
	const warnings = findings.filter(({ severity }) => severity === "warning").map(({ message }) => message);
	return await confirm({
		title: strings.confirm.updateLoses(rangeName),
		body: strings.confirm.updateLosesBody,
		items: [...lost, ...warnings],
		action: strings.update.update,
	});
}
