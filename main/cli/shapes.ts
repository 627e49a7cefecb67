import type { AuditEvent, RangeDetail, RangeSummary } from "../../contract/index.ts";

/** The JSON of the command line: what programs may rely on, field by field. */

export function inspectShape(range: RangeDetail) {
	return {
		...common(range),
		networks: range.networks.map(({ name, subnet, gateway, internet, isolated }) => ({
			name,
			subnet,
			gateway,
			internet,
			isolated,
		})),
		machines: range.machines.map(({ id, name, provider, state, engineId, reason, nics, consoles }) => ({
			id,
			name,
			provider,
			state,
			engineId,
			reason,
			nics: nics.map(({ network, ip, mac }) => ({ network, ip, mac })),
			consoles,
		})),
	};
}

export function listShape(range: RangeSummary) {
	return { ...common(range), counts: range.counts };
}

export function eventShape({ time, severity, type, actor, subject, message }: AuditEvent) {
	return { time, severity, type, actor, subject, message };
}

function common({ id, name, state, blueprint, dind }: RangeDetail | RangeSummary) {
	return {
		id,
		name,
		state,
		blueprint: { name: blueprint.name, sha256: blueprint.sha256 },
		dind:
			dind === null
				? null
				: { container: dind.container, volume: dind.volume, network: dind.network, engine: dind.engine },
	};
}
