import type { Domain, LibvirtConnection } from "../index.ts";
import { DestroyDomain, ErrorCode, isNoDomain, LibvirtError, UndefineDomain } from "../index.ts";

let count = 0;

/** A name that no other test has. */
export function uniqueName(what: string): string {
	return `rpc-${what}-${process.pid}-${++count}`;
}

/** A machine without any image: its firmware prints a banner on the serial port and on the screen. */
export function guestXml(name: string, devices = ""): string {
	return `<domain type='qemu'>
	<name>${name}</name>
	<memory unit='MiB'>64</memory>
	<vcpu>1</vcpu>
	<os><type arch='x86_64' machine='pc'>hvm</type><bios useserial='yes'/></os>
	<on_poweroff>destroy</on_poweroff>
	<devices>
		<serial type='pty'/>
		<console type='pty'/>
		<graphics type='vnc'><listen type='socket'/></graphics>
		<video><model type='vga'/></video>
		<memballoon model='virtio'/>
		${devices}
	</devices>
</domain>`;
}

export function diskXml(path: string): string {
	return `<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='${path}'/><target dev='vda' bus='virtio'/></disk>`;
}

/** Stops and removes a machine and what is known about its snapshots, whatever state it is in. */
export async function removeGuest(libvirt: LibvirtConnection, domain: Domain): Promise<void> {
	try {
		if (await libvirt.domains.isActive(domain)) await libvirt.domains.destroy(domain, DestroyDomain.default);
		await libvirt.domains.undefine(domain, UndefineDomain.snapshotsMetadata | UndefineDomain.managedSave);
	} catch (error) {
		const isGone = error instanceof LibvirtError && error.code === ErrorCode.operationInvalid;
		if (!isNoDomain(error) && !isGone) throw error;
	}
}
