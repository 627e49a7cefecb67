import { useState } from "react";
import { rpc } from "../bridge/client.ts";
import { useSubmit } from "../hooks/use-submit.ts";
import type { Asked } from "../vms/vm-change.ts";

/**
 * The form of a change of a virtual machine: what is wrong is told only once somebody wanted it done, and the form
 * closes when the engine took the change on.
 */
export function useVmChange<Field extends string>(asked: Asked<Field>, onClose: () => void) {
	const [isChecked, setChecked] = useState(false);
	const [isBusy, setBusy] = useState(false);
	const { error, submit } = useSubmit();
	const change = async (): Promise<void> => {
		setChecked(true);
		const { request } = asked;
		if (request === null) return;
		setBusy(true);
		const started = await submit(() => rpc().vms.change(request));
		setBusy(false);
		if (started !== null) onClose();
	};
	const issues: Partial<Record<Field, string>> = isChecked ? (asked.issues ?? {}) : {};
	return {
		issues,
		/** What every dialog of a change gives its form. */
		form: {
			isBusy,
			error,
			onClose,
			onSubmit: (event: { preventDefault(): void }) => {
				event.preventDefault();
				void change();
			},
		},
	};
}
