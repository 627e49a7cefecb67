import { FileUp } from "lucide-react";
import { useState } from "react";
import type { BlueprintSource } from "../../contract/blueprints.ts";
import { perform } from "../actions/perform.ts";
import { rpc } from "../bridge/client.ts";
import { shell } from "../bridge/shell.ts";
import { Button } from "../components/button.tsx";
import { Checkbox } from "../components/field.tsx";
import { FormDialog } from "../components/form-dialog.tsx";
import { useRequest } from "../hooks/use-request.ts";
import { useSubmit } from "../hooks/use-submit.ts";
import { strings } from "../strings.ts";
import { showTasks } from "../tasks/announce.ts";

const words = strings.bundles;

/** Writes one file with everything that the chosen blueprints need where there is no network. */
export function CreateBundleDialog({ onClose }: { onClose: () => void }) {
	const shipped = useRequest((signal) => rpc().blueprints.shipped({}, { signal }), []);
	const [taken, setTaken] = useState<ReadonlySet<string>>(new Set());
	const [files, setFiles] = useState<readonly string[]>([]);
	const [isBusy, setBusy] = useState(false);
	const { error, submit } = useSubmit();
	const sources: BlueprintSource[] = [
		...[...taken].map((name): BlueprintSource => ({ kind: "shipped", name })),
		...files.map((path): BlueprintSource => ({ kind: "file", path })),
	];

	const addFile = async (): Promise<void> => {
		const path = await perform(() => shell().choosePath({ kind: "open", what: "blueprint" }));
		if (path !== null) setFiles((before) => [...new Set([...before, path])]);
	};
	const create = async (): Promise<void> => {
		const name = `${[...taken][0] ?? "ranges"}.bundle`;
		const file = await perform(() => shell().choosePath({ kind: "save", what: "bundle", name }));
		if (file === null) return;
		setBusy(true);
		// The dialog asked before it gave the path of a file that is there.
		const started = await submit(() => rpc().bundles.create({ file, blueprints: sources, replace: true }));
		setBusy(false);
		if (started === null) return;
		onClose();
		showTasks();
	};
	return (
		<FormDialog
			title={words.create}
			body={words.createBody}
			action={words.createAction}
			isBusy={isBusy}
			isDisabled={sources.length === 0}
			error={error ?? shipped.error}
			onSubmit={(event) => {
				event.preventDefault();
				void create();
			}}
			onClose={onClose}
		>
			<fieldset aria-label={words.blueprints} className="grid gap-2">
				{shipped.data?.map((blueprint) => (
					<Checkbox
						key={blueprint.name}
						label={blueprint.title}
						help={strings.deploy.shippedCounts(blueprint.networks, blueprint.machines)}
						checked={taken.has(blueprint.name)}
						onChange={(event) => {
							const next = new Set(taken);
							if (event.target.checked) next.add(blueprint.name);
							else next.delete(blueprint.name);
							setTaken(next);
						}}
					/>
				))}
				{files.map((path) => (
					<Checkbox
						key={path}
						label={path.split(/[\\/]/).at(-1) ?? path}
						help={path}
						checked
						onChange={() => setFiles(files.filter((one) => one !== path))}
					/>
				))}
			</fieldset>
			<div>
				<Button icon={FileUp} onClick={() => void addFile()}>
					{words.addFile}
				</Button>
			</div>
		</FormDialog>
	);
}
