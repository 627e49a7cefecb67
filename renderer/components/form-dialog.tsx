import { Dialog } from "radix-ui";
import { type FormEventHandler, type ReactNode, useRef } from "react";
import type { ErrorInfo } from "../../contract/errors.ts";
import { strings } from "../strings.ts";
import { Button } from "./button.tsx";
import { ErrorNotice } from "./notice.tsx";

/** A short form over the page. What the engine refuses is said in it, so that nothing typed is lost. */
export function FormDialog(props: {
	title: string;
	body?: string;
	/** The word on the button that does it. */
	action: string;
	/** True when it destroys something: Cancel has the keyboard, and the button says what it is. */
	isDangerous?: boolean;
	isBusy: boolean;
	isDisabled?: boolean;
	error: ErrorInfo | null;
	onSubmit: FormEventHandler<HTMLFormElement>;
	onClose: () => void;
	children: ReactNode;
}) {
	const cancel = useRef<HTMLButtonElement>(null);
	return (
		<Dialog.Root open onOpenChange={(isOpen) => !isOpen && props.onClose()}>
			<Dialog.Portal>
				<Dialog.Overlay className="appear fixed inset-0 z-40 bg-scrim" />
				<Dialog.Content
					{...(props.body === undefined ? { "aria-describedby": undefined } : {})}
					onOpenAutoFocus={(event) => {
						if (props.isDangerous !== true) return;
						event.preventDefault();
						cancel.current?.focus();
					}}
					className="appear fixed top-1/3 left-1/2 z-50 flex max-h-[calc(100vh-64px)] w-120 max-w-[calc(100vw-32px)] -translate-x-1/2 -translate-y-1/3 flex-col rounded-lg border border-line bg-raised shadow-raised"
				>
					<form noValidate onSubmit={props.onSubmit} className="flex min-h-0 flex-col">
						<div className="px-5 pt-5">
							<Dialog.Title className="text-lg font-semibold break-words">{props.title}</Dialog.Title>
							{props.body !== undefined && (
								<Dialog.Description className="mt-1 text-muted">{props.body}</Dialog.Description>
							)}
						</div>
						<div className="grid min-h-0 gap-3 overflow-y-auto px-5 py-4">
							{props.children}
							{props.error !== null && <ErrorNotice error={props.error} />}
						</div>
						<div className="flex justify-end gap-2 border-t border-line px-5 py-3">
							<Dialog.Close asChild>
								<Button ref={cancel}>{strings.common.cancel}</Button>
							</Dialog.Close>
							<Button
								type="submit"
								look={props.isDangerous === true ? "danger" : "primary"}
								isBusy={props.isBusy}
								disabled={props.isDisabled === true}
							>
								{props.action}
							</Button>
						</div>
					</form>
				</Dialog.Content>
			</Dialog.Portal>
		</Dialog.Root>
	);
}
