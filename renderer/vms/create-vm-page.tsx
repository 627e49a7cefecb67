import { ArrowLeft } from "lucide-react";
import { useState } from "react";
import type { HypervisorHost, VmTemplate } from "../../contract/hypervisor.ts";
import { navigateTo, paths } from "../app/navigation.ts";
import { rpc } from "../bridge/client.ts";
import { Button } from "../components/button.tsx";
import { Checkbox } from "../components/field.tsx";
import { ErrorNotice } from "../components/notice.tsx";
import { Page, Section } from "../components/page.tsx";
import { useRequest } from "../hooks/use-request.ts";
import { useSubmit } from "../hooks/use-submit.ts";
import { useHypervisor } from "../stores/vms.ts";
import { strings } from "../strings.ts";
import { HypervisorNotice } from "./hypervisor-notice.tsx";
import { VmDevices } from "./vm-devices.tsx";
import { type DraftIssues, emptyDraft, firstTemplate, requestOfDraft, type VmDraft } from "./vm-draft.ts";
import { VmFirstStart } from "./vm-first-start.tsx";
import { VmKind } from "./vm-kind.tsx";
import { VmSizes } from "./vm-sizes.tsx";
import { VmSourceFields } from "./vm-source-fields.tsx";

const words = strings.vms.wizard;

/** What the parts of the form share. */
export interface DraftProps {
	readonly draft: VmDraft;
	readonly template: VmTemplate | null;
	readonly issues: DraftIssues;
	readonly onChange: (change: Partial<VmDraft>) => void;
}

/** Making a virtual machine: what it is, what it starts from, what it gets. */
export function CreateVmPage() {
	const hypervisor = useHypervisor();
	const { data, error } = useRequest((signal) => rpc().vms.templates({}, { signal }), [hypervisor?.state]);
	return (
		<Page
			title={words.title}
			name={words.title}
			actions={
				<Button icon={ArrowLeft} onClick={() => navigateTo(paths.machines)}>
					{strings.places.machines}
				</Button>
			}
		>
			<HypervisorNotice status={hypervisor} />
			{error !== null && <ErrorNotice error={error} />}
			{data === null && error === null && <p role="status">{words.loading}</p>}
			{data !== null && hypervisor?.host != null && <CreateVm templates={data} host={hypervisor.host} />}
		</Page>
	);
}

function CreateVm({ templates, host }: { templates: readonly VmTemplate[]; host: HypervisorHost }) {
	const [draft, setDraft] = useState<VmDraft>(() => ({
		...emptyDraft,
		template: firstTemplate(templates, emptyDraft.type)?.name ?? "",
	}));
	/** Nothing is called wrong before somebody wanted it made. */
	const [isChecked, setChecked] = useState(false);
	const [isBusy, setBusy] = useState(false);
	const { error, submit } = useSubmit();
	const template = templates.find(({ name }) => name === draft.template) ?? null;
	const asked = requestOfDraft(draft, template, {
		name: words.nameMissing,
		source: words.sourceMissing,
		devices: strings.vms.change.devices.missing,
	});
	const issues = isChecked ? (asked.issues ?? {}) : {};
	const onChange = (change: Partial<VmDraft>): void => setDraft((before) => ({ ...before, ...change }));
	const parts: DraftProps = { draft, template, issues, onChange };

	const create = async (): Promise<void> => {
		setChecked(true);
		if (asked.request === null) return;
		setBusy(true);
		const made = await submit(() => rpc().vms.create(asked.request));
		setBusy(false);
		if (made !== null) navigateTo(paths.vm(made.uuid));
	};

	return (
		<form
			noValidate
			aria-label={words.title}
			className="max-w-220"
			onSubmit={(event) => {
				event.preventDefault();
				void create();
			}}
		>
			<Section title={words.kind}>
				<VmKind {...parts} templates={templates} host={host} />
			</Section>
			{template !== null && (
				<>
					<Section title={words.start}>
						<VmSourceFields {...parts} />
					</Section>
					<Section title={words.sizes}>
						<VmSizes {...parts} host={host} />
					</Section>
					{template.passthrough && (
						<Section title={strings.vms.change.devices.section}>
							<VmDevices {...parts} host={host} />
						</Section>
					)}
					<Section title={words.first}>
						<div className="grid gap-3">
							<VmFirstStart {...parts} />
							<Checkbox
								label={words.startNow}
								help={words.startNowHelp}
								checked={draft.start}
								onChange={(event) => onChange({ start: event.target.checked })}
							/>
							<Checkbox
								label={words.autostart}
								help={words.autostartHelp}
								checked={draft.autostart}
								onChange={(event) => onChange({ autostart: event.target.checked })}
							/>
						</div>
					</Section>
					{error !== null && (
						<div className="mb-4">
							<ErrorNotice error={error} />
						</div>
					)}
					<div className="mb-8 flex gap-2">
						<Button type="submit" look="primary" isBusy={isBusy} disabled={!template.available}>
							{words.create}
						</Button>
						<Button onClick={() => navigateTo(paths.machines)}>{words.cancel}</Button>
					</div>
				</>
			)}
		</form>
	);
}
