export type { RangesDeps } from "./deps.ts";
export { Ranges } from "./ranges.ts";
