import { useState } from "react";
import type { BlueprintSource, DeployRequest } from "../../contract/blueprints.ts";
import { rangeName } from "../../contract/ranges.ts";
import { perform } from "../actions/perform.ts";
import { navigateTo, paths } from "../app/navigation.ts";
import { rpc } from "../bridge/client.ts";
import { ErrorNotice } from "../components/notice.tsx";
import { useSettings } from "../stores/settings.ts";
import { strings } from "../strings.ts";
import { BlueprintIssues } from "./blueprint-issues.tsx";
import { agreesToWarnings } from "./confirm-warnings.ts";
import { DeployForm, type DeployOptions } from "./deploy-form.tsx";
import { Findings } from "./findings.tsx";
import { PreviewNetworks } from "./preview-networks.tsx";
import { usePreview } from "./use-preview.ts";

/** The request for these options; what does not parse yet is left out, and its field says why. */
function requestOf(source: BlueprintSource, options: DeployOptions): DeployRequest {
	return {
		source,
		copies: options.copies,
		...(options.copies === 1 && rangeName.safeParse(options.name).success ? { name: options.name } : {}),
		...(options.profile === "setting" ? {} : { profile: options.profile }),
	};
}

/** What a blueprint would make, or what is wrong with it; and the button that makes it. */
export function BlueprintPreview({ source, turn }: { source: BlueprintSource; turn: number }) {
	const [options, setOptions] = useState<DeployOptions>({ name: "", copies: 1, profile: "setting" });
	const [isStarting, setStarting] = useState(false);
	const setting = useSettings((state) => state.settings?.isolation ?? "auto");
	const request = requestOf(source, options);
	const { preview, issues, error, isLoading } = usePreview(request, turn);

	const deploy = async (): Promise<void> => {
		if (preview === null || !(await agreesToWarnings(preview.findings, "deploy"))) return;
		setStarting(true);
		const started = await perform(() => rpc().ranges.deploy(request));
		setStarting(false);
		if (started !== null) navigateTo(paths.deploying(started.map((one) => one.taskId)));
	};

	if (error !== null) {
		return (
			<div className="max-w-220">
				<ErrorNotice error={error} />
			</div>
		);
	}
	if (issues !== null) return <BlueprintIssues errors={issues.errors} text={issues.text} />;
	if (preview === null) return <p role="status">{isLoading && strings.deploy.reading}</p>;
	return (
		<div className="grid max-w-280 grid-cols-[minmax(0,1fr)_264px] items-start gap-x-6">
			<div>
				<h2 className="text-lg font-semibold">{preview.blueprint.title ?? preview.blueprint.name}</h2>
				{preview.blueprint.description !== null && (
					<p className="selectable mt-1 mb-4 whitespace-pre-line text-muted">{preview.blueprint.description}</p>
				)}
				<Findings findings={preview.findings} warnings={preview.warnings} />
				<PreviewNetworks preview={preview} />
			</div>
			<DeployForm
				preview={preview}
				options={options}
				setting={setting}
				isBusy={isStarting}
				isStale={isLoading}
				onChange={setOptions}
				onDeploy={deploy}
			/>
		</div>
	);
}
