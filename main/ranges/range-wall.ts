import type { DockerEngine } from "../docker/engine.ts";
import { type HostWall, raiseHostWall } from "../filter/index.ts";
import type { RangesDeps } from "./deps.ts";
import { forbiddenNetworks, hasInternet } from "./filter-spec.ts";
import type { RangeRecord } from "./record.ts";

/** Raises the wall outside a range as its networks are now. A host that refuses it is told about, once for each try. */
export async function raiseWall(
	deps: RangesDeps,
	host: DockerEngine,
	range: RangeRecord,
	image: string,
	signal: AbortSignal,
): Promise<HostWall> {
	const forbidden = await forbiddenNetworks(host, range, image, deps.settings.get().outerPool);
	const wall = await raiseHostWall(
		host,
		{ rangeId: range.id, image, hasInternet: hasInternet(range), forbidden },
		signal,
	);
	if (!wall.applied) {
		deps.events.record({
			severity: "warning",
			type: "range.wall.missing",
			actor: "engine",
			subject: { range: range.name, rangeId: range.id },
			message: `The second wall around ${range.name} could not be raised; the filter inside it stands. ${wall.reason}`,
		});
	}
	return wall;
}
