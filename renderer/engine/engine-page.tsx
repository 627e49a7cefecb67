import { RefreshCw, Stethoscope } from "lucide-react";
import { useState } from "react";
import type { EngineCandidate, EngineStatus } from "../../contract/engines.ts";
import { perform } from "../actions/perform.ts";
import { navigateTo, paths } from "../app/navigation.ts";
import { rpc } from "../bridge/client.ts";
import { Button } from "../components/button.tsx";
import { Notice } from "../components/notice.tsx";
import { Facts, Page, Section } from "../components/page.tsx";
import { StateMark } from "../components/state-mark.tsx";
import { verdictMarks } from "../components/states.ts";
import { formatBytes } from "../format/bytes.ts";
import { useEngine } from "../stores/engine.ts";
import { strings } from "../strings.ts";

/** The Docker Engine: which one is used, or why none is, place by place, with what to do. */
export function EnginePage() {
	const docker = useEngine((state) => state.docker);
	const isMissing = docker?.state === "unreachable";
	const title = isMissing ? strings.engine.missing : strings.engine.title;
	return (
		<Page
			title={title}
			name={title}
			actions={
				<>
					<Button icon={Stethoscope} onClick={() => navigateTo(paths.doctor)}>
						{strings.places.doctor}
					</Button>
					<LookAgain isPrimary={isMissing} />
				</>
			}
		>
			{docker !== null && <EngineReport docker={docker} />}
		</Page>
	);
}

export function LookAgain({ isPrimary }: { isPrimary: boolean }) {
	const [isBusy, setBusy] = useState(false);
	const look = async (): Promise<void> => {
		setBusy(true);
		await perform(() => rpc().engine.rediscover({}));
		setBusy(false);
	};
	return (
		<Button look={isPrimary ? "primary" : "plain"} icon={RefreshCw} isBusy={isBusy} onClick={look}>
			{strings.engine.lookAgain}
		</Button>
	);
}

function EngineReport({ docker }: { docker: EngineStatus }) {
	const { facts } = docker;
	return (
		<div className="max-w-220">
			{docker.state === "unreachable" && (
				<div className="mb-5">
					<Notice tone="bad" title={strings.engine.missingLead}>
						<p className="text-muted">{strings.engine.missingBody}</p>
					</Notice>
				</div>
			)}
			{facts !== null && docker.chosen !== null && (
				<Section title={strings.engine.facts}>
					<Facts
						rows={[
							{ name: strings.engine.name, value: facts.name },
							{
								name: strings.engine.version,
								value: strings.engine.versionValue(docker.chosen.version, docker.chosen.apiVersion),
							},
							{
								name: strings.engine.endpoint,
								value: <code className="font-mono text-sm">{docker.chosen.endpoint}</code>,
							},
							{ name: strings.engine.system, value: `${facts.operatingSystem}, ${facts.architecture}` },
							{
								name: strings.engine.resources,
								value: strings.engine.resourcesValue(facts.cpus, formatBytes(facts.memoryBytes)),
							},
							{
								name: strings.engine.storage,
								value: `${facts.storageDriver}, cgroup v${facts.cgroupVersion}`,
							},
						]}
					/>
				</Section>
			)}
			<Section title={strings.engine.candidates}>
				<ul className="grid gap-2">
					{docker.candidates.map((candidate) => (
						<Candidate
							key={`${candidate.source} ${candidate.endpoint}`}
							candidate={candidate}
							isChosen={candidate.source === docker.chosen?.source && candidate.endpoint === docker.chosen.endpoint}
						/>
					))}
				</ul>
			</Section>
		</div>
	);
}

function Candidate({ candidate, isChosen }: { candidate: EngineCandidate; isChosen: boolean }) {
	return (
		<li className="rounded-lg border border-line bg-surface px-4 py-2.5">
			<div className="flex flex-wrap items-center gap-x-3 gap-y-1">
				<span className="font-medium">{candidate.source}</span>
				<code className="selectable font-mono text-sm break-all text-muted">{candidate.endpoint}</code>
				<span className="ml-auto flex items-center gap-3">
					{isChosen && <span className="text-sm font-medium text-accent">{strings.engine.inUse}</span>}
					<StateMark mark={verdictMarks[candidate.verdict]} word={strings.verdicts[candidate.verdict]} />
				</span>
			</div>
			<p className="selectable mt-0.5 break-words text-muted">{candidate.message}</p>
			{candidate.remedy !== null && (
				<p className="selectable mt-1 break-words">
					<span className="font-medium">{strings.common.whatToDo}: </span>
					{candidate.remedy}
				</p>
			)}
		</li>
	);
}
