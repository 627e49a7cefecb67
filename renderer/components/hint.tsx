import { Tooltip } from "radix-ui";
import type { ReactNode } from "react";
import { Keys } from "./keys.tsx";

/** A short text beside what the pointer or the keyboard is on. */
export function Hint({
	text,
	shortcut = null,
	children,
}: {
	text: string;
	shortcut?: string | null;
	children: ReactNode;
}) {
	return (
		<Tooltip.Root>
			<Tooltip.Trigger asChild>{children}</Tooltip.Trigger>
			<Tooltip.Portal>
				<Tooltip.Content
					sideOffset={4}
					collisionPadding={8}
					className="appear z-50 flex max-w-80 items-center gap-2 rounded-md border border-line bg-raised px-2 py-1 text-sm text-text shadow-raised"
				>
					{text}
					{shortcut !== null && <Keys shortcut={shortcut} />}
				</Tooltip.Content>
			</Tooltip.Portal>
		</Tooltip.Root>
	);
}
