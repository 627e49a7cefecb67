import { ArrowLeft } from "lucide-react";
import { Link, useParams } from "react-router";
import type { ImageDetail, ImageUser } from "../../contract/images.ts";
import { imageActions, imageUserInWords } from "../actions/image-actions.ts";
import { navigateTo, paths } from "../app/navigation.ts";
import { rpc } from "../bridge/client.ts";
import { Button } from "../components/button.tsx";
import { CopyText } from "../components/copy-text.tsx";
import { ErrorNotice, Notice } from "../components/notice.tsx";
import { Facts, Page, Section } from "../components/page.tsx";
import { Sizes } from "../components/sizes.tsx";
import { formatBytes } from "../format/bytes.ts";
import { formatDateTime } from "../format/time.ts";
import { useRequest } from "../hooks/use-request.ts";
import { useImages } from "../stores/images.ts";
import { strings } from "../strings.ts";
import { ConfigFacts } from "./config-facts.tsx";
import { imageRows } from "./image-rows.ts";

const words = strings.images.details;

/** One image: what it is, what it takes up, who needs it, what its layers are shared with. */
export function ImagePage() {
	const { ref = "" } = useParams();
	// The list changes whenever something about an image does.
	const { data: list } = useImages();
	const { data, error, reload } = useRequest((signal) => rpc().images.get({ image: ref }, { signal }), [ref, list]);
	const row = data === null ? undefined : imageRows([data])[0];
	const title = row?.name ?? ref;
	return (
		<Page
			name={title}
			title={<span className="selectable truncate font-mono text-lg">{title}</span>}
			lead={data !== null && <span className="text-sm text-muted">{strings.images.kinds[data.kind]}</span>}
			actions={
				<>
					<Button icon={ArrowLeft} onClick={() => navigateTo(paths.images)}>
						{strings.places.images}
					</Button>
					{row !== undefined &&
						imageActions(row).map((action) => (
							<Button
								key={action.id}
								icon={action.icon}
								look={action.isDangerous === true ? "caution" : "plain"}
								disabled={action.isDisabled === true}
								onClick={action.run}
							>
								{action.title}
							</Button>
						))}
				</>
			}
		>
			<div className="max-w-220">
				{error !== null && (
					<ErrorNotice error={error} actions={<Button onClick={reload}>{strings.common.tryAgain}</Button>} />
				)}
				{data !== null && <Details image={data} />}
			</div>
		</Page>
	);
}

function Details({ image }: { image: ImageDetail }) {
	return (
		<>
			{image.kind === "disk" && image.problem !== null && (
				<div className="mb-5">
					<Notice tone="bad" isAlert title={image.problem} />
				</div>
			)}
			<Section title={words.facts}>
				<Facts rows={image.kind === "container" ? containerRows(image) : diskRows(image)} />
			</Section>
			<Section title={words.users}>
				<Users users={image.usedBy} />
			</Section>
			{image.kind === "container" && (
				<>
					<Section title={words.config}>
						<ConfigFacts config={image.config} />
					</Section>
					<Section title={words.layers}>
						<Layers layers={image.layers} />
					</Section>
				</>
			)}
		</>
	);
}

type ContainerDetail = Extract<ImageDetail, { kind: "container" }>;
type DiskDetail = Extract<ImageDetail, { kind: "disk" }>;

function containerRows(image: ContainerDetail) {
	return [
		{
			name: words.names,
			value:
				image.references.length === 0 ? (
					words.noName
				) : (
					<ul>
						{image.references.map((reference) => (
							<li key={reference}>
								<CopyText text={reference} label={words.names} />
							</li>
						))}
					</ul>
				),
		},
		{ name: words.id, value: <CopyText text={image.id} label={words.id} /> },
		{ name: words.size, value: <Sizes ownBytes={image.ownBytes} sharedBytes={image.sharedBytes} /> },
		{ name: words.platform, value: [image.os, image.architecture].filter((part) => part !== "").join("/") },
		{ name: words.created, value: image.createdAt === null ? words.unknown : formatDateTime(image.createdAt) },
		{
			name: words.lastUsed,
			value: image.lastUsed === null ? words.untouched : formatDateTime(image.lastUsed),
		},
	];
}

function diskRows(image: DiskDetail) {
	return [
		{ name: words.format, value: image.format },
		{ name: words.size, value: <Sizes ownBytes={image.sizeBytes} sharedBytes={0} /> },
		{ name: words.virtualSize, value: formatBytes(image.virtualBytes) },
		{ name: words.sha256, value: <CopyText text={image.sha256} label={words.sha256} /> },
		{ name: words.origin, value: image.origin },
		{ name: words.created, value: formatDateTime(image.createdAt) },
		{ name: words.lastUsed, value: formatDateTime(image.lastUsed) },
	];
}

function Users({ users }: { users: readonly ImageUser[] }) {
	if (users.length === 0) return <p className="text-muted">{words.noUsers}</p>;
	return (
		<ul className="rounded-lg border border-line bg-surface px-4 py-1">
			{users.map((user) => {
				const path = pathOf(user);
				return (
					<li key={`${user.kind} ${user.name}`} className="border-b border-line py-1.5 last:border-b-0">
						{path === null ? (
							imageUserInWords(user)
						) : (
							<Link to={path} className="text-accent hover:underline">
								{imageUserInWords(user)}
							</Link>
						)}
					</li>
				);
			})}
		</ul>
	);
}

function pathOf({ kind, name }: ImageUser): string | null {
	if (kind === "range") return paths.range(name);
	if (kind === "template") return paths.template(name);
	return kind === "setting" ? paths.settings : null;
}

/** The layers, the lowest first, and how far each is shared. */
function Layers({ layers }: { layers: ContainerDetail["layers"] }) {
	return (
		<ol className="rounded-lg border border-line bg-surface px-4 py-1">
			{layers.map((layer) => (
				<li
					key={layer.chainId}
					className="grid grid-cols-[minmax(0,1fr)_96px_160px] items-center gap-x-4 border-b border-line py-1.5 last:border-b-0"
				>
					<span className="truncate font-mono text-sm text-muted" title={layer.chainId}>
						{layer.chainId}
					</span>
					<span className="text-right">{layer.sizeBytes === null ? words.unknown : formatBytes(layer.sizeBytes)}</span>
					<span className="text-sm text-muted">{words.sharedWith(layer.sharedWith)}</span>
				</li>
			))}
		</ol>
	);
}
