/** Name of a snapshot's disk in the library, where a snapshot is of a VM. */
export const snapshotDisk = (id: string): string => `snapshot-${id}`;

/** Its file in the library's pool. */
export const snapshotFile = (id: string): string => `${id}.qcow2`;
