export { type AppliedRules, applyRules, readRules } from "./apply-rules.ts";
export { compileRules } from "./compile-rules.ts";
export type { FilterNetwork, FilterSpec } from "./filter-spec.ts";
export { type HostWall, type HostWallSpec, lowerHostWall, raiseHostWall } from "./host-wall.ts";
