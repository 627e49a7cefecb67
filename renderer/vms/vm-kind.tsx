import type { HypervisorHost, VmTemplate } from "../../contract/hypervisor.ts";
import type { OsFamily } from "../../contract/library.ts";
import { Field, Segments, SelectInput } from "../components/field.tsx";
import { Notice } from "../components/notice.tsx";
import { StateGlyph } from "../components/state-mark.tsx";
import { strings } from "../strings.ts";
import type { DraftProps } from "./create-vm-page.tsx";
import { firstTemplate } from "./vm-draft.ts";

const words = strings.vms.wizard;
const abilities = ["acceleration", "uefi", "secureBoot", "tpm", "networks", "passthrough"] as const;
const types = ["linux", "windows", "macos", "network", "other"] as const satisfies readonly OsFamily[];

/** Which kind of virtual machine, and what this computer can and cannot do for it. */
export function VmKind(props: DraftProps & { templates: readonly VmTemplate[]; host: HypervisorHost }) {
	const { draft, template, templates, host, onChange } = props;
	const own = templates.filter(({ type }) => type === draft.type);
	const offered = types.filter((type) => type !== "other" || templates.some((one) => one.type === type));
	return (
		<div className="grid gap-3">
			<Segments<OsFamily>
				label={words.type}
				value={draft.type}
				onChange={(type) =>
					onChange({
						type,
						template: firstTemplate(templates, type)?.name ?? "",
						// Apple's installer is a disk image of its own.
						source: type === "macos" ? "empty" : draft.source,
					})
				}
				choices={offered.map((value) => ({ value, title: words.types[value] }))}
			/>
			{own.length === 0 ? (
				<p className="text-muted">{words.noTemplates}</p>
			) : (
				<Field label={words.template} help={template?.description ?? ""}>
					{(ids) => (
						<SelectInput
							{...ids}
							value={draft.template}
							onChange={(event) => onChange({ template: event.target.value })}
							choices={own.map(({ name, title, available }) => ({
								value: name,
								title: available ? title : `${title} (${words.unavailable})`,
							}))}
						/>
					)}
				</Field>
			)}
			{template !== null && !template.available && (
				<Notice tone="bad" title={template.reason ?? words.unavailable}>
					{template.remedy !== null && <p className="text-muted">{template.remedy}</p>}
				</Notice>
			)}
			{template?.warnings.map((warning) => (
				<Notice key={warning} tone="warn" title={warning} />
			))}
			<Abilities host={host} />
		</div>
	);
}

function Abilities({ host }: { host: HypervisorHost }) {
	const all = abilities.map((id) => ({ id, ...host.abilities[id] }));
	return (
		<ul aria-label={words.host} className="grid gap-1 rounded-md bg-sunken px-3 py-2 text-sm text-muted">
			<li className="flex flex-wrap gap-x-5 gap-y-1">
				{all
					.filter(({ available }) => available)
					.map(({ id }) => (
						<Ability key={id} name={words.abilities[id]} isThere />
					))}
			</li>
			{all
				.filter(({ available }) => !available)
				.map(({ id, reason, remedy }) => (
					<li key={id}>
						<Ability name={words.abilities[id]} isThere={false} /> {reason} {remedy}
					</li>
				))}
		</ul>
	);
}

function Ability({ name, isThere }: { name: string; isThere: boolean }) {
	return (
		<span className="inline-flex items-center gap-1.5 align-top">
			<StateGlyph mark={isThere ? { tone: "ok", shape: "check" } : { tone: "idle", shape: "ring" }} />
			<span className="text-text">{isThere ? name : words.cannot(name)}</span>
		</span>
	);
}
