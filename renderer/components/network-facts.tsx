import { Globe, Lock } from "lucide-react";
import type { ReactNode } from "react";
import type { Network, Route } from "../../contract/ranges.ts";
import { strings } from "../strings.ts";

/**
 * What stands behind a network's name and subnet: its gateway, and what it reaches. `internet` takes the place of
 * the plain word where it can be switched.
 */
export function NetworkFacts({
	network,
	routes,
	internet,
}: {
	network: Network;
	routes: readonly Route[];
	internet?: ReactNode;
}) {
	return (
		<>
			<span className="text-sm text-faint">
				{strings.ranges.gateway} <span className="font-mono">{network.gateway}</span>
			</span>
			{internet}
			{internet === undefined && network.internet && (
				<span className="inline-flex items-center gap-1 text-sm text-muted">
					<Globe size={13} aria-hidden="true" />
					{strings.ranges.internet}
				</span>
			)}
			{network.isolated && (
				<span className="inline-flex items-center gap-1 text-sm text-muted">
					<Lock size={13} aria-hidden="true" />
					{strings.ranges.isolated}
				</span>
			)}
			{routes
				.filter((route) => route.from === network.name)
				.map((route) => (
					<span key={`${route.to} ${route.ports.join()}`} className="text-sm text-muted">
						{strings.ranges.route(route.to, route.ports)}
					</span>
				))}
		</>
	);
}
