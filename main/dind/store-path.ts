/** Where a range's container sees the layer store that its images are links into, read-only. */
export const storePath = "/store";
