import type { FoundVm } from "../read/read-vm.ts";

/** Disks that the guest writes: what a snapshot is of. */
export function writtenDisks({ described }: FoundVm) {
	return described.disks.flatMap(({ device, isReadonly, target, format, kind, path }) => {
		if (device !== "disk" || isReadonly || target === null) return [];
		return [{ target, format, isFile: kind === "file" && path !== null, path }];
	});
}
