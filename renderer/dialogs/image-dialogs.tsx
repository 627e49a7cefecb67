import { zodResolver } from "@hookform/resolvers/zod";
import { useForm } from "react-hook-form";
import type { z } from "zod";
import { buildImageRequest, importImageRequest, pullImageRequest } from "../../contract/images.ts";
import { navigateTo, paths } from "../app/navigation.ts";
import { rpc } from "../bridge/client.ts";
import { Checkbox, Field, TextInput } from "../components/field.tsx";
import { FormDialog } from "../components/form-dialog.tsx";
import { useSubmit } from "../hooks/use-submit.ts";
import { strings } from "../strings.ts";
import { showTasks } from "../tasks/announce.ts";

const words = strings.images.dialogs;
/** An empty box asks for nothing. */
const optional = { setValueAs: (text: string) => (text.trim() === "" ? undefined : text.trim()) };

/** Brings an image from its registry. */
export function PullDialog({ onClose }: { onClose: () => void }) {
	const form = useForm({ resolver: zodResolver(pullImageRequest), defaultValues: { reference: "" } });
	const { errors, isSubmitting } = form.formState;
	const { error, submit } = useSubmit();
	const pull = form.handleSubmit(async (request) => {
		if ((await submit(() => rpc().images.pull(request))) === null) return;
		onClose();
		showTasks();
	});
	return (
		<FormDialog
			title={words.pull}
			body={words.pullBody}
			action={words.pullAction}
			isBusy={isSubmitting}
			error={error}
			onSubmit={pull}
			onClose={onClose}
		>
			<Field label={words.reference} help={words.referenceHelp} error={errors.reference && words.referenceError}>
				{(ids) => <TextInput {...ids} isCode {...form.register("reference")} />}
			</Field>
			<Field label={words.platform} help={words.platformHelp} error={errors.platform && words.platformError}>
				{(ids) => <TextInput {...ids} isCode placeholder="linux/arm64" {...form.register("platform", optional)} />}
			</Field>
		</FormDialog>
	);
}

/** Brings an image from a file or folder that the person chose. */
export function ImportDialog({ path, onClose }: { path: string; onClose: () => void }) {
	const form = useForm<z.input<typeof importImageRequest>, unknown, z.output<typeof importImageRequest>>({
		resolver: zodResolver(importImageRequest),
		defaultValues: { path, overwrite: false },
	});
	const { errors, isSubmitting } = form.formState;
	const { error, submit } = useSubmit();
	const bring = form.handleSubmit(async (request) => {
		if ((await submit(() => rpc().images.import(request))) === null) return;
		onClose();
		showTasks();
	});
	return (
		<FormDialog
			title={words.import}
			body={path}
			action={words.importAction}
			isBusy={isSubmitting}
			error={error}
			onSubmit={bring}
			onClose={onClose}
		>
			<Field label={words.name} help={words.nameHelp} error={errors.name?.message}>
				{(ids) => <TextInput {...ids} isCode {...form.register("name", optional)} />}
			</Field>
			<Checkbox label={words.overwrite} help={words.overwriteHelp} {...form.register("overwrite")} />
		</FormDialog>
	);
}

/** Builds an image from a folder with a Dockerfile, and shows what the build prints. */
export function BuildDialog({ folder, onClose }: { folder: string; onClose: () => void }) {
	const form = useForm<z.input<typeof buildImageRequest>, unknown, z.output<typeof buildImageRequest>>({
		resolver: zodResolver(buildImageRequest),
		defaultValues: { folder, tag: "", dockerfile: "Dockerfile", network: "default" },
	});
	const { errors, isSubmitting } = form.formState;
	const { error, submit } = useSubmit();
	const build = form.handleSubmit(async (request) => {
		const started = await submit(() => rpc().images.build(request));
		if (started === null) return;
		onClose();
		navigateTo(paths.build(started.taskId));
	});
	return (
		<FormDialog
			title={words.build}
			body={folder}
			action={words.buildAction}
			isBusy={isSubmitting}
			error={error}
			onSubmit={build}
			onClose={onClose}
		>
			<Field label={words.tag} help={words.tagHelp} error={errors.tag && words.referenceError}>
				{(ids) => <TextInput {...ids} isCode placeholder="my-shop:1" {...form.register("tag")} />}
			</Field>
			<Field label={words.dockerfile} help={words.dockerfileHelp} error={errors.dockerfile?.message}>
				{(ids) => <TextInput {...ids} isCode {...form.register("dockerfile")} />}
			</Field>
			<Checkbox
				label={words.noNetwork}
				help={words.noNetworkHelp}
				checked={form.watch("network") === "none"}
				onChange={(event) => form.setValue("network", event.target.checked ? "none" : "default")}
			/>
		</FormDialog>
	);
}
