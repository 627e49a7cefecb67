import type { ProviderName } from "./ranges.ts";

/** Whether machines of a provider can do something: a word on how, or the reason why not. */
export interface ProviderAbility {
	readonly can: boolean;
	/** How, or why not, in a sentence for people; empty when there is nothing to add. */
	readonly note: string;
}

export interface ProviderFeature {
	readonly id: string;
	readonly title: string;
	readonly docker: ProviderAbility;
	readonly libvirt: ProviderAbility;
}

const can = (note = ""): ProviderAbility => ({ can: true, note });
const cannot = (note: string): ProviderAbility => ({ can: false, note });

/**
 * What machines of a range can do, by what runs them. The window shows it, and docs/providers.md is written from it.
 * What also depends on the isolation profile of a range is said by its provider.
 */
export const providerFeatures = [
	{
		id: "lifecycle",
		title: "Start, stop, restart, destroy, in the order of dependencies",
		docker: can("Asked by its stop signal, killed after the grace."),
		libvirt: can("Asked by its agent or its power button, switched off after the grace."),
	},
	{
		id: "pause",
		title: "Pause and resume one machine",
		docker: can("Not in the unprivileged profile without cgroups; the whole range can be paused there."),
		libvirt: can(),
	},
	{
		id: "addresses",
		title: "Exact addresses and hardware addresses",
		docker: can(),
		libvirt: can("By its cloud-init seed, else by a DHCP server for that one card."),
	},
	{
		id: "names",
		title: "Names of other machines",
		docker: can("By the range's own name server; those of VMs in /etc/hosts, as they were when it was made."),
		libvirt: can("In /etc/hosts, by the seed, for guests with cloud-init."),
	},
	{
		id: "cpus",
		title: "CPUs",
		docker: can("A share and a limit; the rest of the host stays usable by others."),
		libvirt: can("Whole processors of its own. More than the host has is slow, not refused."),
	},
	{
		id: "memory",
		title: "Memory",
		docker: can("A limit: what is not used is free for others."),
		libvirt: can("An allocation: the guest has it, whether it uses it or not."),
	},
	{
		id: "disk",
		title: "Size of the disk",
		docker: cannot("Storage of Docker on ext4 has no limit for one container; the range's own limit holds."),
		libvirt: can("The guest sees a disk of this size; it takes room as it is written."),
	},
	{
		id: "processes",
		title: "Limit of processes",
		docker: can("1024 for a machine, where the range's engine has cgroups."),
		libvirt: cannot("What runs in a VM is its guest's own affair."),
	},
	{
		id: "command",
		title: "A command instead of the image's own",
		docker: can(),
		libvirt: cannot("A VM boots what is on its disk; use post_boot."),
	},
	{
		id: "environment",
		title: "Environment",
		docker: can(),
		libvirt: can("For shells of the guest, by its seed: Linux guests with cloud-init."),
	},
	{
		id: "files",
		title: "Files",
		docker: can(),
		libvirt: can("By its seed, at the first start: Linux guests with cloud-init."),
	},
	{
		id: "post-boot",
		title: "Commands after the boot",
		docker: can(),
		libvirt: can("By the guest agent, which must be in the guest."),
	},
	{
		id: "ready-network",
		title: "Readiness by tcp and http",
		docker: can(),
		libvirt: can(),
	},
	{
		id: "ready-exec",
		title: "Readiness by a command",
		docker: can(),
		libvirt: can("By the guest agent, which must be in the guest."),
	},
	{
		id: "ready-log",
		title: "Readiness by a line of output",
		docker: can("Of its standard output and error."),
		libvirt: can("Of its serial line."),
	},
	{
		id: "shell",
		title: "Shell console and single commands",
		docker: can(),
		libvirt: cannot("A VM has no shell beside its own consoles; log in on its serial line or its screen."),
	},
	{
		id: "serial",
		title: "Serial console",
		docker: cannot("A container has no serial line; its shell is there."),
		libvirt: can("From the first byte of the boot, kept while nobody looks."),
	},
	{
		id: "screen",
		title: "Screen",
		docker: can("When a VNC server runs in it."),
		libvirt: can(),
	},
	{
		id: "usage",
		title: "Use of CPU, memory and network",
		docker: can(),
		libvirt: can("CPU, memory, disk and network as the host sees them; not its processes."),
	},
	{
		id: "capture",
		title: "Capture of its network",
		docker: can(),
		libvirt: can(),
	},
	{
		id: "network-test",
		title: "Test of who reaches whom",
		docker: can("From inside the machine's own network namespace."),
		libvirt: can("By a stand-in on the same networks; echoes go to the VM itself."),
	},
] as const satisfies readonly ProviderFeature[];

export type ProviderFeatureId = (typeof providerFeatures)[number]["id"];

/** What a provider says about one feature. */
export function providerAbility(provider: ProviderName, id: ProviderFeatureId): ProviderAbility {
	const feature = providerFeatures.find((one) => one.id === id);
	if (feature === undefined) throw new Error(`no feature ${id}`);
	return feature[provider];
}
