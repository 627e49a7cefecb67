import { FolderOpen } from "lucide-react";
import { shell } from "../bridge/shell.ts";
import { Button } from "../components/button.tsx";
import { type Choice, Field, Segments, SelectInput, TextInput } from "../components/field.tsx";
import { useImages } from "../stores/images.ts";
import { useLibrary } from "../stores/library.ts";
import { strings } from "../strings.ts";
import type { DraftProps } from "./create-vm-page.tsx";
import type { VmSource } from "./vm-draft.ts";

const words = strings.vms.wizard;
const sources = ["iso", "image", "snapshot", "empty"] as const satisfies readonly VmSource[];

/** An installer, a disk that is there already, or nothing. */
export function VmSourceFields({ draft, issues, onChange }: DraftProps) {
	const images = useImages().data?.images.filter((image) => image.kind === "disk") ?? [];
	const snapshots = useLibrary().data?.snapshots.filter(({ provider }) => provider === "libvirt") ?? [];
	const disks = images.map(({ name }) => ({ value: name, title: name }));
	return (
		<div className="grid gap-3">
			<Segments<VmSource>
				label={words.start}
				value={draft.source}
				onChange={(source) => onChange({ source })}
				choices={sources.map((value) => ({ value, title: words.sources[value] }))}
			/>
			{draft.source === "iso" && (
				<IsoField
					label={words.sources.iso}
					help=""
					path={draft.iso}
					error={issues.iso}
					onChoose={(iso) => onChange({ iso })}
				/>
			)}
			{draft.source === "image" && (
				<ChoiceField
					label={words.image}
					none={words.noImages}
					value={draft.image}
					error={issues.image}
					choices={disks}
					onChange={(image) => onChange({ image })}
				/>
			)}
			{draft.source === "snapshot" && (
				<ChoiceField
					label={words.snapshot}
					none={words.noSnapshots}
					value={draft.snapshot}
					error={issues.snapshot}
					choices={snapshots.map(({ name }) => ({ value: name, title: name }))}
					onChange={(snapshot) => onChange({ snapshot })}
				/>
			)}
			{draft.type === "windows" && (
				<IsoField
					label={words.drivers}
					help={words.driversHelp}
					path={draft.driversIso}
					error={issues.driversIso}
					onChoose={(driversIso) => onChange({ driversIso })}
				/>
			)}
			{draft.type === "macos" && (
				<>
					<ChoiceField
						label={words.bootloader}
						none={words.bootloaderHelp}
						value={draft.bootloaderImage}
						error={issues.bootloaderImage}
						choices={disks}
						onChange={(bootloaderImage) => onChange({ bootloaderImage })}
					/>
					<ChoiceField
						label={words.installer}
						none={words.installerHelp}
						value={draft.installerImage}
						error={issues.installerImage}
						choices={disks}
						onChange={(installerImage) => onChange({ installerImage })}
					/>
					<Field label={words.smcKey} help={words.smcKeyHelp} error={issues.appleSmcKey}>
						{(ids) => (
							<TextInput
								{...ids}
								isCode
								value={draft.appleSmcKey}
								onChange={(event) => onChange({ appleSmcKey: event.target.value })}
							/>
						)}
					</Field>
				</>
			)}
		</div>
	);
}

/** A file that is chosen by the system's dialog: its path is shown, and not typed. */
function IsoField(props: {
	label: string;
	help: string;
	path: string;
	error: string | undefined;
	onChoose: (path: string) => void;
}) {
	const choose = async (): Promise<void> => {
		const path = await shell().choosePath({ kind: "open", what: "iso" });
		if (path !== null) props.onChoose(path);
	};
	return (
		<Field label={props.label} help={props.help} error={props.error}>
			{(ids) => (
				<div className="flex items-center gap-3">
					<Button icon={FolderOpen} onClick={() => void choose()}>
						{words.chooseIso}
					</Button>
					<output id={ids.id} aria-describedby={ids["aria-describedby"]} className="min-w-0 truncate font-mono text-sm">
						{props.path === "" ? <span className="font-sans text-faint">{words.noIso}</span> : props.path}
					</output>
				</div>
			)}
		</Field>
	);
}

function ChoiceField(props: {
	label: string;
	/** What is said when there is nothing to choose. */
	none: string;
	value: string;
	error: string | undefined;
	choices: readonly Choice<string>[];
	onChange: (value: string) => void;
}) {
	return (
		<Field label={props.label} help={props.choices.length === 0 ? props.none : ""} error={props.error}>
			{(ids) => (
				<SelectInput
					{...ids}
					disabled={props.choices.length === 0}
					value={props.value}
					onChange={(event) => props.onChange(event.target.value)}
					choices={[{ value: "", title: "" }, ...props.choices]}
				/>
			)}
		</Field>
	);
}
