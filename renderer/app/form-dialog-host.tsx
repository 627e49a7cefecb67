import { lazy, Suspense } from "react";
import { useFormDialog } from "../stores/dialog.ts";

const FormDialogs = lazy(() => import("../dialogs/form-dialogs.tsx"));

/** Where forms open, over whatever page is shown. */
export function FormDialogHost() {
	const request = useFormDialog((state) => state.request);
	if (request === null) return null;
	return (
		<Suspense fallback={null}>
			<FormDialogs request={request} />
		</Suspense>
	);
}
