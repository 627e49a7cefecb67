import { X } from "lucide-react";
import { Dialog } from "radix-ui";
import { useRef } from "react";
import { commandActions } from "../actions/registry.ts";
import { IconButton } from "../components/button.tsx";
import { Keys } from "../components/keys.tsx";
import { useLayout } from "../stores/layout.ts";
import { strings } from "../strings.ts";

/** Keys that the page handles itself, beside those of the menu. */
const pageKeys = [
	{ title: strings.shortcuts.search, shortcut: "/" },
	{ title: strings.shortcuts.paletteAnywhere, shortcut: "CmdOrCtrl+Shift+P" },
	{ title: strings.shortcuts.copyInConsole, shortcut: "Ctrl+Shift+C" },
	{ title: strings.shortcuts.pasteInConsole, shortcut: "Ctrl+Shift+V" },
];

export function ShortcutHelp() {
	const isOpen = useLayout((state) => state.isShortcutHelpOpen);
	const content = useRef<HTMLDivElement>(null);
	const rows = [
		...commandActions.flatMap(({ title, shortcut }) => (shortcut === null ? [] : [{ title, shortcut }])),
		...pageKeys,
	];
	return (
		<Dialog.Root open={isOpen} onOpenChange={(open) => useLayout.setState({ isShortcutHelpOpen: open })}>
			<Dialog.Portal>
				<Dialog.Overlay className="appear fixed inset-0 z-40 bg-scrim" />
				<Dialog.Content
					ref={content}
					aria-describedby={undefined}
					onOpenAutoFocus={(event) => {
						// Not the close button: its hint would open with the focus and take the first Escape.
						event.preventDefault();
						content.current?.focus();
					}}
					className="appear fixed top-1/2 left-1/2 z-50 max-h-[80vh] w-120 max-w-[calc(100vw-32px)] -translate-x-1/2 -translate-y-1/2 overflow-y-auto rounded-lg border border-line bg-raised p-5 shadow-raised outline-none"
				>
					<div className="mb-3 flex items-center justify-between">
						<Dialog.Title className="text-lg font-semibold">{strings.shortcuts.title}</Dialog.Title>
						<Dialog.Close asChild>
							<IconButton icon={X} label={strings.common.close} />
						</Dialog.Close>
					</div>
					<dl className="grid">
						{rows.map((row) => (
							<div
								key={row.title}
								className="flex items-center justify-between border-b border-line py-1.5 last:border-b-0"
							>
								<dt>{row.title}</dt>
								<dd>
									<Keys shortcut={row.shortcut} />
								</dd>
							</div>
						))}
					</dl>
				</Dialog.Content>
			</Dialog.Portal>
		</Dialog.Root>
	);
}
