import { ArrowLeft, SearchX } from "lucide-react";
import { useState } from "react";
import { useParams, useSearchParams } from "react-router";
import { navigateTo, paths } from "../app/navigation.ts";
import { Button } from "../components/button.tsx";
import { EmptyState } from "../components/empty-state.tsx";
import { Page } from "../components/page.tsx";
import { ChooseBlueprint } from "../deploy/choose-blueprint.tsx";
import { sourceName, sourceOf, useDroppedText } from "../deploy/deploy-source.ts";
import { useRange, useRanges } from "../stores/ranges.ts";
import { strings } from "../strings.ts";
import { UpdatePreview } from "./update-preview.tsx";

/** Updating a range: choose the blueprint as it is now, see what differs, agree. */
export function UpdatePage() {
	const { id = "" } = useParams();
	const [search] = useSearchParams();
	const dropped = useDroppedText();
	const range = useRange(id);
	const isLoaded = useRanges((state) => state.isLoaded);
	const [turn, setTurn] = useState(0);
	if (range === null) {
		if (!isLoaded) return null;
		return (
			<Page title={strings.ranges.gone} name={strings.ranges.gone}>
				<EmptyState icon={SearchX} title={strings.ranges.gone} body={strings.ranges.goneBody} />
			</Page>
		);
	}
	const source = sourceOf(search, dropped);
	const title = strings.update.title(range.name);
	const back = (
		<Button icon={ArrowLeft} onClick={() => navigateTo(paths.range(range.id))}>
			{strings.update.back}
		</Button>
	);
	if (source === null) {
		return (
			<Page title={title} name={title} actions={back}>
				<p className="mb-4 text-muted">{strings.update.choose}</p>
				<ChooseBlueprint updates={range.id} />
			</Page>
		);
	}
	return (
		<Page
			title={title}
			name={title}
			lead={<span className="selectable truncate text-sm text-muted">{sourceName(source)}</span>}
			actions={
				<>
					{back}
					<Button onClick={() => navigateTo(paths.update(range.id))}>{strings.deploy.chooseOther}</Button>
					{source.kind === "file" && <Button onClick={() => setTurn(turn + 1)}>{strings.deploy.readAgain}</Button>}
				</>
			}
		>
			<UpdatePreview key={JSON.stringify(source)} range={range} source={source} turn={turn} />
		</Page>
	);
}
