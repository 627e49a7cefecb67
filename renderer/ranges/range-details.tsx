import type { RangeDetail } from "../../contract/ranges.ts";
import { CopyText } from "../components/copy-text.tsx";
import { Facts, Section } from "../components/page.tsx";
import { formatBytes } from "../format/bytes.ts";
import { formatDateTime } from "../format/time.ts";
import { strings } from "../strings.ts";
import { ProviderFeatures } from "./provider-features.tsx";

/** What the range is made of: its container, how that is confined and why, its limits, its blueprint. */
export function RangeDetails({ range }: { range: RangeDetail }) {
	const words = strings.ranges.details;
	const { dind, limits, layers } = range;
	return (
		<div className="h-full overflow-y-auto px-5 py-4">
			<div className="max-w-220">
				<Section title={words.range}>
					<Facts
						rows={[
							{ name: words.id, value: <CopyText text={range.id} label={words.id} /> },
							{ name: words.created, value: formatDateTime(range.createdAt) },
							{ name: words.blueprint, value: range.blueprint.name },
							{ name: words.sha256, value: <CopyText text={range.blueprint.sha256} label={words.sha256} /> },
						]}
					/>
				</Section>
				{dind !== null && (
					<Section title={words.dind}>
						<Facts
							rows={[
								{ name: words.container, value: <CopyText text={dind.container} label={words.container} /> },
								{ name: words.volume, value: <CopyText text={dind.volume} label={words.volume} /> },
								{ name: words.outerNetwork, value: <CopyText text={dind.network} label={words.outerNetwork} /> },
								{ name: words.engine, value: dind.engine ?? words.unknown },
							]}
						/>
					</Section>
				)}
				{dind !== null && (
					<Section title={words.isolation}>
						<Facts
							rows={[
								{ name: words.profile, value: strings.profiles[dind.profile] },
								{ name: words.why, value: dind.profileReason },
							]}
						/>
					</Section>
				)}
				{layers !== null && (
					<Section title={words.images}>
						<Facts
							rows={[
								{ name: words.layersWay, value: words.layersWays[layers.way] },
								{ name: words.why, value: layers.reason },
								{ name: words.layersShared, value: formatBytes(layers.sharedBytes) },
							]}
						/>
					</Section>
				)}
				<Section title={words.limits}>
					<Facts
						rows={[
							{ name: words.cpus, value: limits.cpus },
							{ name: words.memory, value: formatBytes(limits.memoryBytes) },
							{
								name: words.disk,
								value: limits.diskBytes === null ? words.noLimit : formatBytes(limits.diskBytes),
							},
						]}
					/>
				</Section>
				<Section title={words.features}>
					<ProviderFeatures range={range} />
				</Section>
			</div>
		</div>
	);
}
