import { type ProviderAbility, providerFeatures } from "../../contract/providers.ts";
import type { ProviderName, RangeDetail } from "../../contract/ranges.ts";
import { StateGlyph } from "../components/state-mark.tsx";
import { strings } from "../strings.ts";

const words = strings.ranges.details;

/** What the machines of a range can do, by what runs them, and why not. */
export function ProviderFeatures({ range }: { range: RangeDetail }) {
	const present = new Set(range.machines.map(({ provider }) => provider));
	const providers = (["docker", "libvirt"] as const).filter((provider) => present.has(provider));
	return (
		<div className="overflow-x-auto rounded-lg border border-line bg-surface">
			<table aria-label={words.features} className="w-full text-left">
				<thead className="text-sm text-muted">
					<tr>
						<th scope="col" className="px-4 py-1.5 font-medium">
							{words.feature}
						</th>
						{providers.map((provider: ProviderName) => (
							<th key={provider} scope="col" className="px-4 py-1.5 font-medium">
								{words.ofProvider[provider]}
							</th>
						))}
					</tr>
				</thead>
				<tbody>
					{providerFeatures.map((feature) => (
						<tr key={feature.id} className="border-t border-line align-top">
							<th scope="row" className="px-4 py-1.5 font-normal">
								{feature.title}
							</th>
							{providers.map((provider) => (
								<td key={provider} className="px-4 py-1.5">
									<Ability ability={feature[provider]} />
								</td>
							))}
						</tr>
					))}
				</tbody>
			</table>
		</div>
	);
}

function Ability({ ability: { can, note } }: { ability: ProviderAbility }) {
	return (
		<span className="grid grid-cols-[12px_minmax(0,1fr)] gap-x-2">
			<span className="pt-1">
				<StateGlyph mark={can ? { tone: "ok", shape: "check" } : { tone: "idle", shape: "ring" }} />
			</span>
			<span className="text-sm">
				{can ? words.can : words.cannot} <span className="text-muted">{note}</span>
			</span>
		</span>
	);
}
