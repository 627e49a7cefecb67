import { useState } from "react";
import type { RangeSnapshot } from "../../contract/library.ts";
import type { RangeDetail } from "../../contract/ranges.ts";
import { rangeActions } from "../actions/range-actions.ts";
import { navigateTo, paths } from "../app/navigation.ts";
import { rpc } from "../bridge/client.ts";
import { Field, SelectInput } from "../components/field.tsx";
import { FormDialog } from "../components/form-dialog.tsx";
import { Notice } from "../components/notice.tsx";
import { formatDateTime } from "../format/time.ts";
import { useSubmit } from "../hooks/use-submit.ts";
import { useLibrary } from "../stores/library.ts";
import { useRanges } from "../stores/ranges.ts";
import { strings } from "../strings.ts";

const words = strings.snapshots;

/** Brings a range back to one of the snapshots of its blueprint, after saying what that loses. */
export function RestoreRangeDialog({ range, onClose }: { range: RangeDetail; onClose: () => void }) {
	const { data } = useLibrary();
	const fitting = data?.rangeSnapshots.filter((one) => one.blueprint.name === range.blueprint.name) ?? [];
	// Its own first, the newest of them taken.
	const choices = fitting.toSorted(
		(a, b) =>
			Number(b.range.id === range.id) - Number(a.range.id === range.id) || b.createdAt.localeCompare(a.createdAt),
	);
	const [chosen, setChosen] = useState("");
	const snapshot = choices.find((one) => one.id === chosen) ?? choices[0] ?? null;
	const restore = useRestore(onClose);
	return (
		<FormDialog
			title={words.restore(range.name)}
			body={words.restoreBody}
			action={words.restoreAction}
			isDangerous
			isBusy={restore.isBusy}
			isDisabled={snapshot === null}
			error={restore.error}
			onSubmit={(event) => {
				event.preventDefault();
				if (snapshot !== null) void restore.run(range.id, snapshot);
			}}
			onClose={onClose}
		>
			{data !== null && snapshot === null && <p>{words.noSnapshots}</p>}
			{snapshot !== null && (
				<>
					<Field label={words.snapshot} help="" error={undefined}>
						{(ids) => (
							<SelectInput
								{...ids}
								value={snapshot.id}
								onChange={(event) => setChosen(event.target.value)}
								choices={choices.map((one) => ({
									value: one.id,
									title: `${one.name} (${one.range.name}, ${formatDateTime(one.createdAt)})`,
								}))}
							/>
						)}
					</Field>
					<WhatIsLost machines={range.machines.map(({ name }) => name)} />
				</>
			)}
		</FormDialog>
	);
}

/** The same from the snapshot's side: which range is brought back to it. */
export function RestoreSnapshotDialog(props: { rangeSnapshot: RangeSnapshot; onClose: () => void }) {
	const { rangeSnapshot, onClose } = props;
	const ranges = useRanges((state) => state.list);
	const choices = ranges.filter(
		(one) => one.blueprint.name === rangeSnapshot.blueprint.name && rangeActions(one).includes("restore"),
	);
	const [chosen, setChosen] = useState(rangeSnapshot.range.id);
	const range = choices.find((one) => one.id === chosen) ?? choices[0] ?? null;
	const restore = useRestore(onClose);
	return (
		<FormDialog
			title={words.restoreTo(rangeSnapshot.name)}
			body={words.restoreBody}
			action={words.restoreAction}
			isDangerous
			isBusy={restore.isBusy}
			isDisabled={range === null}
			error={restore.error}
			onSubmit={(event) => {
				event.preventDefault();
				if (range !== null) void restore.run(range.id, rangeSnapshot);
			}}
			onClose={onClose}
		>
			{range === null ? (
				<p>{words.noRanges}</p>
			) : (
				<>
					<Field label={words.range} help="" error={undefined}>
						{(ids) => (
							<SelectInput
								{...ids}
								value={range.id}
								onChange={(event) => setChosen(event.target.value)}
								choices={choices.map((one) => ({ value: one.id, title: one.name }))}
							/>
						)}
					</Field>
					<WhatIsLost machines={range.machines.map(({ name }) => name)} />
				</>
			)}
		</FormDialog>
	);
}

function WhatIsLost({ machines }: { machines: readonly string[] }) {
	return (
		<Notice tone="warn" title={words.restoreLoses}>
			<p className="text-muted">{words.restoreLosesBody(machines)}</p>
		</Notice>
	);
}

function useRestore(onClose: () => void) {
	const { error, submit } = useSubmit();
	const [isBusy, setBusy] = useState(false);
	const run = async (range: string, snapshot: RangeSnapshot): Promise<void> => {
		setBusy(true);
		const started = await submit(() => rpc().rangeSnapshots.restore({ range, snapshot: snapshot.id }));
		setBusy(false);
		if (started === null) return;
		onClose();
		navigateTo(paths.range(range));
	};
	return { error, isBusy, run };
}
