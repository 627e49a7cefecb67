import { Check, Download, Play } from "lucide-react";
import type { DeployPreview } from "../../contract/blueprints.ts";
import { rangeName } from "../../contract/ranges.ts";
import type { Settings } from "../../contract/settings.ts";
import { Button } from "../components/button.tsx";
import { Field, SelectInput, TextInput } from "../components/field.tsx";
import { formatBytes } from "../format/bytes.ts";
import { strings } from "../strings.ts";

export interface DeployOptions {
	/** Empty: the engine chooses. */
	name: string;
	copies: number;
	profile: "setting" | "auto" | "privileged" | "unprivileged";
}

const mostCopies = 50;

/** What a person decides before a deploy, and the deploy button. */
export function DeployForm(props: {
	preview: DeployPreview;
	options: DeployOptions;
	setting: Settings["isolation"];
	isBusy: boolean;
	/** The preview is being made anew: what stands here is of other options. */
	isStale: boolean;
	onChange: (options: DeployOptions) => void;
	onDeploy: () => void;
}) {
	const { preview, options, onChange } = props;
	const words = strings.deploy;
	const name = rangeName.safeParse(options.name);
	const isNameWrong = options.copies === 1 && options.name !== "" && !name.success;
	const isBlocked = preview.findings.some((finding) => finding.severity === "error");
	const { limits } = preview;
	return (
		<form
			aria-label={words.options}
			className="sticky top-0 grid gap-3 rounded-lg border border-line bg-surface p-4"
			onSubmit={(event) => {
				event.preventDefault();
				props.onDeploy();
			}}
		>
			<Field label={words.copies} help={options.copies > 1 ? words.copiesHelp : ""} error={undefined}>
				{(ids) => (
					<TextInput
						{...ids}
						type="number"
						min={1}
						max={mostCopies}
						value={options.copies}
						onChange={(event) => {
							const copies = Math.round(event.target.valueAsNumber);
							if (copies >= 1) onChange({ ...options, copies: Math.min(mostCopies, copies) });
						}}
					/>
				)}
			</Field>
			{options.copies === 1 && (
				<Field
					label={words.name}
					help={options.name === "" ? words.nameHelp(preview.rangeName) : ""}
					error={isNameWrong ? name.error?.issues[0]?.message : undefined}
				>
					{(ids) => (
						<TextInput
							{...ids}
							isCode
							placeholder={preview.rangeName}
							value={options.name}
							onChange={(event) => onChange({ ...options, name: event.target.value.trim() })}
						/>
					)}
				</Field>
			)}
			<Field label={words.isolation} help="" error={undefined}>
				{(ids) => (
					<SelectInput
						{...ids}
						value={options.profile}
						onChange={(event) => onChange({ ...options, profile: event.target.value as DeployOptions["profile"] })}
						choices={[
							{ value: "setting", title: words.asSetting(strings.settings.isolations[props.setting]) },
							...(["auto", "unprivileged", "privileged"] as const).map((value) => ({
								value,
								title: strings.settings.isolations[value],
							})),
						]}
					/>
				)}
			</Field>
			<Images preview={preview} />
			<p className="text-sm text-muted">
				{words.limits(
					limits.cpus,
					formatBytes(limits.memoryBytes),
					limits.diskBytes === null ? null : formatBytes(limits.diskBytes),
				)}
			</p>
			<Button
				type="submit"
				look="primary"
				icon={Play}
				isBusy={props.isBusy}
				disabled={isBlocked || isNameWrong || props.isStale}
			>
				{options.copies === 1 ? words.deploy : words.deployCopies(options.copies)}
			</Button>
			{isBlocked && <p className="text-sm text-bad">{words.blocked}</p>}
		</form>
	);
}

function Images({ preview }: { preview: DeployPreview }) {
	return (
		<div>
			<h3 className="font-medium">{strings.deploy.images}</h3>
			<ul className="mt-1">
				{preview.images.map((image) => (
					<li key={image.image} className="grid grid-cols-[14px_minmax(0,1fr)_auto] items-center gap-x-1.5 text-sm">
						{image.present ? (
							<Check size={13} role="img" aria-label={strings.deploy.imagePresent} className="text-ok" />
						) : (
							<Download size={13} role="img" aria-label={strings.deploy.imageMissing} className="text-busy" />
						)}
						<span className="selectable truncate font-mono" title={image.image}>
							{image.image}
						</span>
						<span className="text-faint">
							{image.present
								? image.sizeBytes !== null && formatBytes(image.sizeBytes)
								: strings.deploy.toPull(image.sizeBytes === null ? null : formatBytes(image.sizeBytes))}
						</span>
					</li>
				))}
			</ul>
		</div>
	);
}
