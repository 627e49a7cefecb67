import { zodResolver } from "@hookform/resolvers/zod";
import { useForm } from "react-hook-form";
import { z } from "zod";
import { libraryName, type Template } from "../../contract/library.ts";
import { navigateTo, paths } from "../app/navigation.ts";
import { rpc } from "../bridge/client.ts";
import { Field, TextInput } from "../components/field.tsx";
import { FormDialog } from "../components/form-dialog.tsx";
import { useSubmit } from "../hooks/use-submit.ts";
import { strings } from "../strings.ts";

const words = strings.snapshots;
const copyForm = z.object({ copy: libraryName });

/** A copy of a template under another name, which can be edited. */
export function DuplicateTemplateDialog({ template, onClose }: { template: Template; onClose: () => void }) {
	const form = useForm({
		resolver: zodResolver(copyForm),
		defaultValues: { copy: `${template.name.slice(0, 36)}-copy` },
	});
	const { errors, isSubmitting } = form.formState;
	const { error, submit } = useSubmit();
	const duplicate = form.handleSubmit(async ({ copy }) => {
		const made = await submit(() => rpc().library.duplicateTemplate({ name: template.name, copy }));
		if (made === null) return;
		onClose();
		navigateTo(paths.template(made.name));
	});
	return (
		<FormDialog
			title={words.duplicate(template.name)}
			body={words.duplicateBody}
			action={words.duplicateAction}
			isBusy={isSubmitting}
			error={error}
			onSubmit={duplicate}
			onClose={onClose}
		>
			<Field label={words.copyName} help={words.nameHelp} error={errors.copy?.message}>
				{(ids) => <TextInput {...ids} isCode {...form.register("copy")} />}
			</Field>
		</FormDialog>
	);
}
