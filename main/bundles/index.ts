export { bundleLibrary } from "./bundle-library.ts";
export { Bundles } from "./bundles.ts";
export type { BundleLibrary, BundlesDeps, Standing } from "./deps.ts";
