export { UsageSamplers } from "./usage-samplers.ts";
