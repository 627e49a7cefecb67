export { DiskGuard, type DiskGuardParts } from "./disk-guard.ts";
