import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";

/** What stands where a list would be: why it is empty, and the way on. */
export function EmptyState(props: { icon: LucideIcon; title: string; body: string; children?: ReactNode }) {
	const Icon = props.icon;
	return (
		<div className="flex h-full min-h-48 flex-col items-center justify-center gap-1 p-8 text-center">
			<Icon size={28} strokeWidth={1.5} aria-hidden="true" className="mb-2 text-faint" />
			<h2 className="text-lg font-semibold">{props.title}</h2>
			<p className="max-w-110 text-muted">{props.body}</p>
			{props.children !== undefined && <div className="mt-4 flex gap-2">{props.children}</div>}
		</div>
	);
}
