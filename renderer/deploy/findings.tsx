import type { BlueprintIssue, PreflightFinding } from "../../contract/blueprints.ts";
import { Notice } from "../components/notice.tsx";
import { strings } from "../strings.ts";

/** The pre-flight report: what stops a deploy, what may surprise, what is good to know. */
export function Findings({
	findings,
	warnings,
}: {
	findings: readonly PreflightFinding[];
	warnings: readonly BlueprintIssue[];
}) {
	const of = (severity: PreflightFinding["severity"]): PreflightFinding[] =>
		findings.filter((finding) => finding.severity === severity);
	const errors = of("error");
	const cautions: PreflightFinding[] = [
		...of("warning"),
		...warnings.map((issue) => ({
			severity: "warning" as const,
			subject: strings.deploy.at(issue.line, issue.column),
			message: issue.message,
			remedy: issue.hint,
		})),
	];
	const facts = of("fact");
	if (errors.length + cautions.length + facts.length === 0) return null;
	return (
		<div className="mb-5 grid gap-2">
			{errors.length > 0 && (
				<Notice tone="bad" isAlert title={strings.deploy.errors(errors.length)}>
					<FindingList findings={errors} />
				</Notice>
			)}
			{cautions.length > 0 && (
				<Notice tone="warn" title={strings.deploy.warnings(cautions.length)}>
					<FindingList findings={cautions} />
				</Notice>
			)}
			{facts.length > 0 && (
				<Notice tone="idle" title={strings.deploy.facts}>
					<FindingList findings={facts} />
				</Notice>
			)}
		</div>
	);
}

function FindingList({ findings }: { findings: readonly PreflightFinding[] }) {
	return (
		<ul className="mt-0.5 grid gap-1">
			{findings.map((finding) => (
				<li key={`${finding.subject} ${finding.message}`} className="break-words">
					<span className="mr-2 text-sm text-muted">{finding.subject}</span>
					{finding.message}
					{finding.remedy !== null && <span className="text-muted"> {finding.remedy}</span>}
				</li>
			))}
		</ul>
	);
}
