import { homedir } from "node:os";
import type { ChangeBus } from "../../../changes/change-bus.ts";
import type { Database } from "../../../db/open.ts";
import type { HostEngine } from "../../../docker/host-engine.ts";
import { DiskPool } from "../../../images/disks/disk-pool.ts";
import { LibvirtHost } from "../../../libvirt/host/index.ts";
import type { Logger } from "../../../log.ts";
import { SerialLines } from "../../../vms/consoles/serial-lines.ts";
import { LibvirtRangeVms } from "../libvirt-range-vms.ts";
import { LibvirtVmHost } from "../libvirt-vm-host.ts";

/** Ranges' VMs on the real libvirt, for tests without the whole engine. */
export function testVms(o: {
	dataFolder: string;
	installation: string;
	db: Database;
	docker: HostEngine;
	changes: ChangeBus;
	log: Logger;
	/** As the settings say it. */
	setting(): string;
}): { vms: LibvirtRangeVms; libvirt: LibvirtHost; disks: DiskPool; close(): void } {
	const { dataFolder, installation, db, docker, log } = o;
	const libvirt = new LibvirtHost({
		...{ dataFolder, installation, log, env: process.env, homeFolder: homedir(), platform: process.platform },
		setting: o.setting,
		onStatus: () => undefined,
	});
	const disks = new DiskPool(dataFolder, db);
	const lines = new SerialLines({ host: libvirt, scrollback: () => 200, log });
	const host = new LibvirtVmHost({ libvirt, docker, disks, lines });
	return {
		vms: new LibvirtRangeVms(host, installation),
		libvirt,
		disks,
		close() {
			lines.close();
			libvirt.close();
		},
	};
}
