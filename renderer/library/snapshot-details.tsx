import { Link } from "react-router";
import type { Snapshot } from "../../contract/library.ts";
import { paths } from "../app/navigation.ts";
import { CopyText } from "../components/copy-text.tsx";
import { Notice } from "../components/notice.tsx";
import { Facts, Section } from "../components/page.tsx";
import { Sizes } from "../components/sizes.tsx";
import { TagList } from "../components/tag-list.tsx";
import { formatDateTime } from "../format/time.ts";
import type { LibraryContent } from "../stores/library.ts";
import { strings } from "../strings.ts";
import { DefaultsFacts } from "./defaults-facts.tsx";
import { snapshotLineage } from "./lineage.ts";
import { LineageTree } from "./lineage-tree.tsx";
import { UserList } from "./user-list.tsx";

const words = strings.library.details;

/** Everything that is known of a snapshot of a machine. */
export function SnapshotDetails({ snapshot, content }: { snapshot: Snapshot; content: LibraryContent }) {
	const { rangeSnapshot } = snapshot;
	return (
		<>
			{snapshot.present === false && (
				<div className="mb-5">
					<Notice tone="bad" isAlert title={words.missing}>
						<p className="text-muted">{words.missingBody}</p>
					</Notice>
				</div>
			)}
			<Section title={words.facts}>
				<Facts
					rows={[
						...(snapshot.description === "" ? [] : [{ name: words.description, value: snapshot.description }]),
						{ name: words.name, value: <CopyText text={snapshot.name} label={words.name} /> },
						{ name: words.source, value: words.machineOf(snapshot.source.machine, snapshot.source.range) },
						...(rangeSnapshot === null
							? []
							: [
									{
										name: words.partOf,
										value: (
											<Link to={paths.rangeSnapshot(rangeSnapshot.id)} className="text-accent hover:underline">
												{rangeSnapshot.name}
											</Link>
										),
									},
								]),
						{ name: words.created, value: formatDateTime(snapshot.createdAt) },
						{
							name: words.size,
							value: <Sizes ownBytes={snapshot.ownBytes} sharedBytes={snapshot.sharedBytes} />,
						},
						{ name: words.imageId, value: <CopyText text={snapshot.imageId} label={words.imageId} /> },
						{ name: words.tags, value: snapshot.tags.length === 0 ? words.none : <TagList tags={snapshot.tags} /> },
					]}
				/>
			</Section>
			<Section title={words.lineage}>
				<LineageTree root={snapshotLineage(snapshot, content.snapshots)} here={snapshot.id} />
			</Section>
			<Section title={words.users}>
				<UserList users={snapshot.users} empty={rangeSnapshot === null ? words.noUsers : words.noUsersShipped} />
			</Section>
			<Section title={words.defaults}>
				<DefaultsFacts defaults={snapshot.defaults} />
			</Section>
		</>
	);
}
