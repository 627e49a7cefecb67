export type { GuestConfig, GuestFile, GuestNic, GuestUser } from "./guest-config.ts";
export { isoImage } from "./iso-image.ts";
export { noCloudSeed } from "./no-cloud-seed.ts";
