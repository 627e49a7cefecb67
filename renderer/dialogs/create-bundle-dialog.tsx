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
import { useLibrary } from "../stores/library.ts";
import { strings } from "../strings.ts";
import { showTasks } from "../tasks/announce.ts";

const words = strings.bundles;

/** Writes one file with everything that the chosen blueprints and saved ranges need where there is no network. */
export function CreateBundleDialog({ onClose }: { onClose: () => void }) {
	const shipped = useRequest((signal) => rpc().blueprints.shipped({}, { signal }), []);
	const [taken, setTaken] = useState<ReadonlySet<string>>(new Set());
	const [takenRanges, setTakenRanges] = useState<ReadonlySet<string>>(new Set());
	const { data: library } = useLibrary();
	// Disks of VMs are no images, and a bundle carries those only.
	const ofVms = new Set(library?.snapshots.flatMap((one) => (one.provider === "docker" ? [] : one.rangeSnapshot?.id)));
	const savedRanges = library?.rangeSnapshots.filter(({ id }) => !ofVms.has(id)) ?? [];
	const [files, setFiles] = useState<readonly string[]>([]);
	const [isBusy, setBusy] = useState(false);
	const { error, submit } = useSubmit();
	const sources: BlueprintSource[] = [
		...[...taken].map((name): BlueprintSource => ({ kind: "shipped", name })),
		...files.map((path): BlueprintSource => ({ kind: "file", path })),
		...[...takenRanges].map((name): BlueprintSource => ({ kind: "range-snapshot", name })),
	];

	const addFile = async (): Promise<void> => {
		const path = await perform(() => shell().choosePath({ kind: "open", what: "blueprint" }));
		if (path !== null) setFiles((before) => [...new Set([...before, path])]);
	};
	const create = async (): Promise<void> => {
		const name = `${[...taken, ...takenRanges][0] ?? "ranges"}.bundle`;
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
						onChange={(event) => setTaken(withOrWithout(taken, blueprint.name, event.target.checked))}
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
			{savedRanges.length > 0 && (
				<fieldset className="grid gap-2">
					<legend className="mb-2 text-muted">{words.rangeSnapshots}</legend>
					{savedRanges.map(({ id, name, networks, machines }) => (
						<Checkbox
							key={id}
							label={name}
							help={strings.deploy.shippedCounts(networks.length, machines.length)}
							checked={takenRanges.has(name)}
							onChange={(event) => setTakenRanges(withOrWithout(takenRanges, name, event.target.checked))}
						/>
					))}
				</fieldset>
			)}
		</FormDialog>
	);
}

function withOrWithout(names: ReadonlySet<string>, name: string, isIn: boolean): ReadonlySet<string> {
	const next = new Set(names);
	if (isIn) next.add(name);
	else next.delete(name);
	return next;
}
