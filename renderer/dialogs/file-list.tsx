/** Files that something is about to happen to, or not; nothing when there are none. */
export function FileList({ label, files }: { label: string; files: readonly string[] }) {
	if (files.length === 0) return null;
	return (
		<div>
			<p className="text-sm font-medium text-muted">{label}</p>
			<ul aria-label={label} className="mt-1 rounded-md bg-sunken px-3 py-2 font-mono text-sm">
				{files.map((file) => (
					<li key={file} className="break-all">
						{file}
					</li>
				))}
			</ul>
		</div>
	);
}
