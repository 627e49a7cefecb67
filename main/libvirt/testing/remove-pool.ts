import type { LibvirtHost } from "../host/index.ts";
import { isNoVolume } from "../rpc/index.ts";

/** Removes a test's pool with everything in it; nothing when the test had no use for libvirt. */
export async function removePool(libvirt: LibvirtHost): Promise<void> {
	if (libvirt.status().state !== "connected") return;
	const { pools, volumes } = await libvirt.connection();
	const { name } = await libvirt.storage();
	const pool = (await pools.list()).find((one) => one.name === name);
	if (pool === undefined) return;
	await pools.refresh(pool);
	for (const volume of await pools.volumes(pool)) {
		try {
			await volumes.delete(volume);
		} catch (error) {
			if (!isNoVolume(error)) throw error;
		}
	}
	await pools.destroy(pool);
	await pools.delete(pool);
	await pools.undefine(pool);
}
