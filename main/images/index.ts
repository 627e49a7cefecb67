export { Images } from "./images.ts";
export type { ImageService } from "./service.ts";
