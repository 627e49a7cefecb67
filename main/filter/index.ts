export { type AppliedRules, applyRules, fingerprintIn, readRules } from "./apply-rules.ts";
export { compileRouterRules } from "./compile-router-rules.ts";
export { compileRules } from "./compile-rules.ts";
export type { FilterNetwork, FilterSpec } from "./filter-spec.ts";
export { type HostWall, type HostWallSpec, lowerHostWall, raiseHostWall } from "./host-wall.ts";
export { routerApplyScript } from "./scripts.ts";
export { type RulesListener, type RulesWatch, watchRules } from "./watch-rules.ts";
