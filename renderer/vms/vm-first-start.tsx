import { Checkbox, Field, TextInput } from "../components/field.tsx";
import { strings } from "../strings.ts";
import type { DraftProps } from "./create-vm-page.tsx";

const words = strings.vms.wizard;

/** What the guest is told at its first start, where its kind listens to that. */
export function VmFirstStart({ draft, template, issues, onChange }: DraftProps) {
	if (template === null || !(template.cloudInit || template.unattended)) return null;
	return (
		<div className="grid gap-3">
			<Checkbox
				label={template.unattended ? words.unattended : words.cloudInit}
				help={template.unattended ? words.unattendedHelp : words.cloudInitHelp}
				checked={draft.setsUp}
				onChange={(event) => onChange({ setsUp: event.target.checked })}
			/>
			{draft.setsUp && template.unattended && (
				<div>
					<Checkbox
						label={words.acceptLicence}
						help={words.acceptLicenceHelp}
						checked={draft.acceptLicence}
						onChange={(event) => onChange({ acceptLicence: event.target.checked })}
					/>
					{issues.acceptLicence !== undefined && (
						<p role="alert" className="text-sm text-bad">
							{issues.acceptLicence}
						</p>
					)}
				</div>
			)}
			{draft.setsUp && (
				<div className="grid grid-cols-3 items-start gap-4">
					{(["hostname", "user", "password"] as const).map((field) => (
						<Field key={field} label={words[field]} error={issues[field]}>
							{(ids) => (
								<TextInput
									{...ids}
									type={field === "password" ? "password" : "text"}
									value={draft[field]}
									onChange={(event) => onChange({ [field]: event.target.value })}
								/>
							)}
						</Field>
					))}
				</div>
			)}
		</div>
	);
}
