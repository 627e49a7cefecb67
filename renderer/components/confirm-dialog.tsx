import { AlertDialog } from "radix-ui";
import { useRef } from "react";
import { answerConfirm, useConfirm } from "../stores/confirm.ts";
import { strings } from "../strings.ts";
import { Button } from "./button.tsx";

/** The one dialog that asks before something is destroyed. Escape, Enter and a stray click all mean Cancel. */
export function ConfirmDialog() {
	const question = useConfirm((state) => state.question);
	const cancel = useRef<HTMLButtonElement>(null);
	return (
		<AlertDialog.Root open={question !== null} onOpenChange={(isOpen) => !isOpen && answerConfirm(false)}>
			<AlertDialog.Portal>
				<AlertDialog.Overlay className="appear fixed inset-0 z-40 bg-scrim" />
				<AlertDialog.Content
					onOpenAutoFocus={(event) => {
						event.preventDefault();
						cancel.current?.focus();
					}}
					className="appear fixed top-1/3 left-1/2 z-50 w-110 max-w-[calc(100vw-32px)] -translate-x-1/2 -translate-y-1/3 rounded-lg border border-line bg-raised p-5 shadow-raised"
				>
					<AlertDialog.Title className="text-lg font-semibold">{question?.title}</AlertDialog.Title>
					<AlertDialog.Description className="mt-2 text-muted">{question?.body}</AlertDialog.Description>
					{question !== null && question.items.length > 0 && (
						<ul className="mt-3 max-h-40 overflow-y-auto rounded-md bg-sunken px-3 py-2 font-mono text-sm">
							{question.items.map((item) => (
								<li key={item} className="break-words">
									{item}
								</li>
							))}
						</ul>
					)}
					<div className="mt-5 flex justify-end gap-2">
						<AlertDialog.Cancel asChild>
							<Button ref={cancel}>{question?.action === null ? strings.common.close : strings.common.cancel}</Button>
						</AlertDialog.Cancel>
						{question !== null && question.action !== null && (
							<AlertDialog.Action asChild>
								<Button look={question.isHarmless === true ? "primary" : "danger"} onClick={() => answerConfirm(true)}>
									{question.action}
								</Button>
							</AlertDialog.Action>
						)}
					</div>
				</AlertDialog.Content>
			</AlertDialog.Portal>
		</AlertDialog.Root>
	);
}
