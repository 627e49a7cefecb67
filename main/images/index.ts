export { type Disk, DiskPool } from "./disks/disk-pool.ts";
export { Images } from "./images.ts";
export type { ImageService } from "./service.ts";
