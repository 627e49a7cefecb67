import { RefreshCw, Wrench } from "lucide-react";
import { useState } from "react";
import type { DoctorCheck } from "../../contract/engines.ts";
import { perform } from "../actions/perform.ts";
import { navigateTo, paths } from "../app/navigation.ts";
import { rpc } from "../bridge/client.ts";
import { Button } from "../components/button.tsx";
import { ErrorNotice } from "../components/notice.tsx";
import { Page, Section } from "../components/page.tsx";
import { StateMark } from "../components/state-mark.tsx";
import { checkMarks } from "../components/states.ts";
import { formatClock } from "../format/time.ts";
import { useRequest } from "../hooks/use-request.ts";
import { strings } from "../strings.ts";

const categories = ["engine", "ranges", "machine", "app"] as const;

interface Report {
	checks: DoctorCheck[];
	at: string;
}

/** What the doctor found, by category, each finding with its remedy. */
export function DoctorPage() {
	const { data, error, isLoading, reload } = useRequest<Report>(
		async (signal) => ({ checks: await rpc().doctor.run({ fix: false }, { signal }), at: new Date().toISOString() }),
		[],
	);
	const [isFixing, setFixing] = useState(false);
	const fix = async (): Promise<void> => {
		setFixing(true);
		await perform(() => rpc().doctor.run({ fix: true }));
		setFixing(false);
		reload();
	};
	const isFixable = data?.checks.some((check) => check.fixable && check.state !== "passed") ?? false;
	return (
		<Page
			title={strings.places.doctor}
			name={strings.places.doctor}
			lead={
				<span role="status" className="text-sm text-muted">
					{isLoading
						? strings.doctor.running
						: data !== null && strings.doctor.summary(countBad(data.checks), formatClock(data.at))}
				</span>
			}
			actions={
				<>
					<Button onClick={() => navigateTo(paths.engine)}>{strings.engine.title}</Button>
					{isFixable && (
						<Button icon={Wrench} isBusy={isFixing} onClick={fix}>
							{strings.doctor.fix}
						</Button>
					)}
					<Button icon={RefreshCw} isBusy={isLoading} onClick={reload}>
						{strings.doctor.rerun}
					</Button>
				</>
			}
		>
			<div className="max-w-220">
				{error !== null && <ErrorNotice error={error} />}
				{data !== null &&
					categories.map((category) => {
						const checks = data.checks.filter((check) => check.category === category);
						if (checks.length === 0) return null;
						return (
							<Section key={category} title={strings.doctor.categories[category]}>
								<ul className="rounded-lg border border-line bg-surface">
									{checks.map((check) => (
										<Check key={check.id} check={check} />
									))}
								</ul>
							</Section>
						);
					})}
			</div>
		</Page>
	);
}

const countBad = (checks: readonly DoctorCheck[]): number =>
	checks.filter((check) => check.state === "failed" || check.state === "warning").length;

function Check({ check }: { check: DoctorCheck }) {
	return (
		<li
			data-check={check.id}
			className="grid grid-cols-[88px_minmax(0,1fr)] items-start gap-x-3 border-b border-line px-4 py-2 last:border-b-0"
		>
			<StateMark mark={checkMarks[check.state]} word={strings.checkStates[check.state]} />
			<div className="selectable min-w-0">
				<p className="font-medium">{check.title}</p>
				<p className="break-words text-muted">{check.message}</p>
				{check.remedy !== null && (
					<p className="mt-0.5 break-words">
						<span className="font-medium">{strings.common.whatToDo}: </span>
						{check.remedy}
					</p>
				)}
			</div>
		</li>
	);
}
