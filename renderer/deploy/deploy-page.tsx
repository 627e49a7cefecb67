import { ArrowLeft } from "lucide-react";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { navigateTo, paths } from "../app/navigation.ts";
import { Button } from "../components/button.tsx";
import { Page } from "../components/page.tsx";
import { EnginePage } from "../engine/engine-page.tsx";
import { useEngine } from "../stores/engine.ts";
import { strings } from "../strings.ts";
import { BlueprintPreview } from "./blueprint-preview.tsx";
import { ChooseBlueprint } from "./choose-blueprint.tsx";
import { sourceName, sourceOf, useDroppedText } from "./deploy-source.ts";

/** Deploying: choose a blueprint, see what it would make, start it. */
export function DeployPage() {
	const [search] = useSearchParams();
	const dropped = useDroppedText();
	const isMissing = useEngine((state) => state.docker?.state === "unreachable");
	const source = sourceOf(search, dropped);
	const [turn, setTurn] = useState(0);
	if (isMissing) return <EnginePage />;
	if (source === null) {
		return (
			<Page title={strings.deploy.title} name={strings.deploy.title}>
				<ChooseBlueprint />
			</Page>
		);
	}
	return (
		<Page
			title={strings.deploy.previewTitle}
			name={strings.deploy.previewTitle}
			lead={
				<span
					className="selectable truncate text-sm text-muted"
					title={source.kind === "file" ? source.path : undefined}
				>
					{sourceName(source)}
				</span>
			}
			actions={
				<>
					<Button icon={ArrowLeft} onClick={() => navigateTo(paths.deploy)}>
						{strings.deploy.chooseOther}
					</Button>
					{source.kind === "file" && <Button onClick={() => setTurn(turn + 1)}>{strings.deploy.readAgain}</Button>}
				</>
			}
		>
			<BlueprintPreview key={JSON.stringify(source)} source={source} turn={turn} />
		</Page>
	);
}
