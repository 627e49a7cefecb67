import { useState } from "react";
import { rpc } from "../bridge/client.ts";
import { Checkbox } from "../components/field.tsx";
import { FormDialog } from "../components/form-dialog.tsx";
import { formatBytes } from "../format/bytes.ts";
import { useRequest } from "../hooks/use-request.ts";
import { useSubmit } from "../hooks/use-submit.ts";
import { strings } from "../strings.ts";
import { showTasks } from "../tasks/announce.ts";

const words = strings.images.dialogs;

/** Removes what nothing stands on. What would go, and what that frees, is shown before; exactly that goes. */
export function PruneDialog({ onClose }: { onClose: () => void }) {
	const [all, setAll] = useState(false);
	const dry = useRequest((signal) => rpc().images.prune({ dryRun: true, all }, { signal }), [all]);
	const { error, submit } = useSubmit();
	const [isBusy, setBusy] = useState(false);
	const plan = dry.data?.plan ?? null;
	const prune = async (): Promise<void> => {
		if (plan === null) return;
		setBusy(true);
		const only = plan.images.map(({ name }) => name);
		const answer = await submit(() => rpc().images.prune({ all, only }));
		setBusy(false);
		if (answer === null) return;
		onClose();
		if (answer.taskId !== null) showTasks();
	};
	return (
		<FormDialog
			title={words.prune}
			body={words.pruneBody}
			action={words.pruneAction}
			isDangerous
			isBusy={isBusy}
			isDisabled={plan === null || plan.images.length === 0 || dry.isLoading}
			error={error ?? dry.error}
			onSubmit={(event) => {
				event.preventDefault();
				void prune();
			}}
			onClose={onClose}
		>
			<Checkbox
				label={words.pruneAll}
				help={words.pruneAllHelp}
				checked={all}
				onChange={(event) => setAll(event.target.checked)}
			/>
			<p role="status" className="font-medium">
				{plan === null
					? words.pruneLooking
					: plan.images.length === 0
						? words.pruneNothing
						: words.pruneFrees(plan.images.length, formatBytes(plan.freedBytes))}
			</p>
			{plan !== null && plan.images.length > 0 && (
				<ul aria-label={words.pruneList} className="max-h-60 overflow-y-auto rounded-md bg-sunken px-3 py-2">
					{plan.images.map((image) => (
						<li key={image.name} className="flex items-baseline gap-4 text-sm">
							<span className="min-w-0 flex-1 truncate font-mono" title={image.name}>
								{image.name}
							</span>
							<span className="shrink-0 text-muted">{formatBytes(image.sizeBytes)}</span>
						</li>
					))}
				</ul>
			)}
		</FormDialog>
	);
}
