import { Link } from "react-router";
import type { Template } from "../../contract/library.ts";
import { paths } from "../app/navigation.ts";
import { CopyText } from "../components/copy-text.tsx";
import { Facts, Section } from "../components/page.tsx";
import { Sizes } from "../components/sizes.tsx";
import { TagList } from "../components/tag-list.tsx";
import { findContainerImage } from "../images/find-image.ts";
import { useImages } from "../stores/images.ts";
import type { LibraryContent } from "../stores/library.ts";
import { strings } from "../strings.ts";
import { DefaultsFacts } from "./defaults-facts.tsx";
import { templateLineage } from "./lineage.ts";
import { LineageTree } from "./lineage-tree.tsx";
import { UserList } from "./user-list.tsx";

const words = strings.library.details;

/** Everything that a base image says, what came from it, and who uses it. */
export function TemplateDetails({ template, content }: { template: Template; content: LibraryContent }) {
	const lineage = templateLineage(template.name, content.snapshots);
	return (
		<>
			<Section title={words.facts}>
				<Facts
					rows={[
						{ name: words.title, value: template.title },
						...(template.description === "" ? [] : [{ name: words.description, value: template.description }]),
						{ name: words.name, value: <CopyText text={template.name} label={words.name} /> },
						{
							name: words.image,
							value: (
								<Link to={paths.image(template.image)} className="font-mono text-sm text-accent hover:underline">
									{template.image}
								</Link>
							),
						},
						{ name: words.size, value: <ImageSize reference={template.image} /> },
						{ name: words.architecture, value: strings.templateForm.architectures[template.architecture] },
						{ name: words.display, value: words.displays[template.display] },
						{ name: words.tags, value: template.tags.length === 0 ? words.none : <TagList tags={template.tags} /> },
					]}
				/>
			</Section>
			<Section title={words.users}>
				<UserList users={template.users} empty={template.shipped ? words.noUsersShipped : words.noUsers} />
			</Section>
			{lineage.children.length > 0 && (
				<Section title={words.lineage}>
					<LineageTree root={lineage} here={template.name} />
				</Section>
			)}
			<Section title={words.defaults}>
				<DefaultsFacts defaults={template} />
			</Section>
		</>
	);
}

function ImageSize({ reference }: { reference: string }) {
	const { data } = useImages();
	if (data === null) return null;
	const image = findContainerImage(data.images, reference);
	if (image === null) return <span className="text-muted">{words.sizeUnknown}</span>;
	return <Sizes ownBytes={image.ownBytes} sharedBytes={image.sharedBytes} />;
}
