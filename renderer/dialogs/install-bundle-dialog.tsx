import { zodResolver } from "@hookform/resolvers/zod";
import { useForm } from "react-hook-form";
import type { z } from "zod";
import { type BundleInfo, installBundleRequest } from "../../contract/bundles.ts";
import { rpc } from "../bridge/client.ts";
import { Field, SelectInput } from "../components/field.tsx";
import { FormDialog } from "../components/form-dialog.tsx";
import { formatBytes } from "../format/bytes.ts";
import { formatDateTime } from "../format/time.ts";
import { useRequest } from "../hooks/use-request.ts";
import { useSubmit } from "../hooks/use-submit.ts";
import { strings } from "../strings.ts";
import { showTasks } from "../tasks/announce.ts";

const words = strings.bundles;

/** What a bundle says that it holds, and the button that brings it in. All of it is checked before anything changes. */
export function InstallBundleDialog({ file, onClose }: { file: string; onClose: () => void }) {
	const shown = useRequest((signal) => rpc().bundles.show({ file }, { signal }), [file]);
	const form = useForm<z.input<typeof installBundleRequest>, unknown, z.output<typeof installBundleRequest>>({
		resolver: zodResolver(installBundleRequest),
		defaultValues: { file, conflicts: "refuse" },
	});
	const { error, submit } = useSubmit();
	const install = form.handleSubmit(async (request) => {
		if ((await submit(() => rpc().bundles.install(request))) === null) return;
		onClose();
		showTasks();
	});
	return (
		<FormDialog
			title={words.install}
			body={file}
			action={words.installAction}
			isBusy={form.formState.isSubmitting}
			isDisabled={shown.data === null}
			error={error ?? shown.error}
			onSubmit={install}
			onClose={onClose}
		>
			{shown.data !== null && <Contents info={shown.data} />}
			<Field label={words.conflicts} help={words.conflictsHelp} error={undefined}>
				{(ids) => (
					<SelectInput
						{...ids}
						{...form.register("conflicts")}
						choices={(["refuse", "keep", "replace"] as const).map((value) => ({
							value,
							title: words.conflictChoices[value],
						}))}
					/>
				)}
			</Field>
		</FormDialog>
	);
}

function Contents({ info }: { info: BundleInfo }) {
	const lists: readonly [string, readonly string[]][] = [
		[words.blueprints, info.blueprints.map(({ title, name }) => title || name)],
		[words.templates, info.templates],
		[words.snapshots, info.snapshots],
		[words.rangeSnapshots, info.rangeSnapshots.map(({ name }) => name)],
		[words.images, info.images.map(({ reference }) => reference)],
	];
	return (
		<div className="selectable grid gap-2 rounded-md bg-sunken px-3 py-2">
			<p>
				{words.made(formatDateTime(info.createdAt), formatBytes(info.sizeBytes))}
				<span className="block text-sm text-muted">
					{info.signer === null ? words.unsigned : words.signed(info.signer)}
				</span>
			</p>
			<dl className="grid grid-cols-[104px_minmax(0,1fr)] gap-x-3 gap-y-1">
				{lists
					.filter(([, names]) => names.length > 0)
					.map(([title, names]) => (
						<div key={title} className="contents">
							<dt className="text-muted">{title}</dt>
							<dd className="max-h-24 overflow-y-auto break-words">{names.join(", ")}</dd>
						</div>
					))}
			</dl>
		</div>
	);
}
