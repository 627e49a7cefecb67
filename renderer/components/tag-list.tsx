/** Tags side by side; what does not fit is cut off. */
export function TagList({ tags }: { tags: readonly string[] }) {
	return (
		<span className="inline-flex max-w-full min-w-0 gap-1 overflow-hidden align-middle">
			{tags.map((tag) => (
				<span key={tag} className="shrink-0 rounded-sm bg-idle-tint px-1.5 text-xs text-muted">
					{tag}
				</span>
			))}
		</span>
	);
}
