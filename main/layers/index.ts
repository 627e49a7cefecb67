export { type ImagesRequest, LayerStores, type PreparedImages } from "./layer-stores.ts";
export { type LayersRecord, layersRecord, streamed } from "./layers-record.ts";
export { selfTest } from "./self-test.ts";
export { listStoreVolumes, type StoreVolume } from "./store-volume.ts";
