import type { UseFormReturn } from "react-hook-form";
import type { AddedMachine } from "../../contract/added-machine.ts";
import type { ImageList } from "../../contract/images.ts";
import type { MachineDefaults } from "../../contract/library.ts";
import { type Choice, Field, Segments, SelectInput } from "../components/field.tsx";
import { formatBytes } from "../format/bytes.ts";
import { readinessInWords } from "../library/defaults-facts.tsx";
import { useImages } from "../stores/images.ts";
import { type LibraryContent, useLibrary } from "../stores/library.ts";
import { strings } from "../strings.ts";

const words = strings.addMachine;
type Kind = AddedMachine["source"]["kind"];

const none: Record<Kind, string> = {
	template: words.noTemplates,
	snapshot: words.noSnapshots,
	image: words.noImages,
};

/** What the machine starts from: one thing of one kind, with what it brings. */
export function MachineSource({ form }: { form: UseFormReturn<AddedMachine> }) {
	const library = useLibrary();
	const images = useImages();
	const { kind, name } = form.watch("source");
	const choices = sourceChoices(kind, library.data, images.data);
	const isLoading = (kind === "image" ? images.data : library.data) === null;
	const help = isLoading || choices.length > 0 ? "" : none[kind];
	const defaults = defaultsOf(kind, name, library.data);
	return (
		<div className="grid gap-2">
			<div className="flex items-center justify-between gap-2">
				<span className="font-medium">{words.startsFrom}</span>
				<Segments
					label={words.startsFrom}
					value={kind}
					onChange={(next) => form.setValue("source", { kind: next, name: "" })}
					choices={(["template", "snapshot", "image"] as const).map((value) => ({ value, title: words.kinds[value] }))}
				/>
			</div>
			<Field
				label={words.kinds[kind]}
				help={help}
				error={form.formState.errors.source?.name && help === "" ? words.sourceError : undefined}
			>
				{(ids) => (
					<SelectInput
						{...ids}
						disabled={choices.length === 0}
						{...form.register("source.name")}
						choices={[{ value: "", title: "" }, ...choices]}
					/>
				)}
			</Field>
			{defaults !== null && <Defaults defaults={defaults} />}
		</div>
	);
}

/** Pure: what there is of a kind, by name. */
export function sourceChoices(kind: Kind, library: LibraryContent | null, images: ImageList | null): Choice<string>[] {
	switch (kind) {
		case "template":
			return (library?.templates ?? []).map(({ name, title }) => ({
				value: name,
				title: title === name ? name : `${name}: ${title}`,
			}));
		case "snapshot":
			return (library?.snapshots ?? [])
				.filter(({ present }) => present !== false)
				.map(({ name, description }) => ({
					value: name,
					title: description === "" ? name : `${name}: ${description.slice(0, 80)}`,
				}));
		case "image":
			return (images?.images ?? [])
				.flatMap((image) => (image.kind === "container" && !isOurTool(image.usedBy) ? image.references : []))
				.sort()
				.map((value) => ({ value, title: value }));
	}
}

/** Ranges themselves run from these, and snapshots have a name of their own in the library. */
function isOurTool(users: readonly { kind: string }[]): boolean {
	return users.some(({ kind }) => kind === "setting" || kind === "engine" || kind === "snapshot");
}

/** What an entry of the library gives a machine; null for images, which say it only when they start. */
export function defaultsOf(kind: Kind, name: string, library: LibraryContent | null): MachineDefaults | null {
	if (kind === "template") return library?.templates.find((one) => one.name === name) ?? null;
	if (kind === "snapshot") return library?.snapshots.find((one) => one.name === name)?.defaults ?? null;
	return null;
}

function Defaults({ defaults }: { defaults: MachineDefaults }) {
	const { cpus, memoryBytes, consoles, readiness } = defaults;
	return (
		<ul aria-label={words.ofSource} className="rounded-md bg-sunken px-3 py-2 text-sm text-muted">
			<li>
				{words.cpus}: {cpus ?? strings.library.details.noLimit}, {words.memory.toLowerCase()}:{" "}
				{memoryBytes === null ? strings.library.details.noLimit : formatBytes(memoryBytes)}
			</li>
			{consoles.length > 0 && (
				<li>{words.consoles(consoles.map((one) => strings.consoles.kinds[one].toLowerCase()).join(", "))}</li>
			)}
			<li className="break-words">{words.readiness(readiness === null ? words.runs : readinessInWords(readiness))}</li>
		</ul>
	);
}
