import { basename, dirname } from "node:path";
import { ErrorCode, LibvirtConnectionError, type LibvirtError } from "./errors.ts";

/** What the daemons of a modular libvirt are for, by the names of their programs. */
const purposes: Readonly<Record<string, string>> = {
	virtqemud: "machines",
	virtnetworkd: "networks",
	virtstoraged: "storage",
	virtnodedevd: "host devices",
	virtsecretd: "secrets",
	virtnwfilterd: "network filters",
	virtinterfaced: "host interfaces",
	virtlogd: "the machines' logs",
	virtlockd: "locks on disks",
};

export interface NamedDaemon {
	/** One of several daemons that together are libvirt. */
	readonly isModular: boolean;
	/** For the middle of a sentence. */
	readonly title: string;
	/** How it is started. */
	readonly start: string;
}

/** The daemon that a socket on this host belongs to, by the socket's name. */
export function daemonOfSocket(path: string): NamedDaemon {
	const program = /^(virt[a-z]{1,20}d)-sock$/.exec(basename(path))?.[1];
	if (!program) return { isModular: false, title: "libvirt", start: "systemctl enable --now libvirtd" };
	const purpose = purposes[program];
	// Only the system's daemons are units of systemd; those of a session are started as programs.
	const isSystem = /^\/(var\/)?run\/libvirt$/.test(dirname(path));
	return {
		isModular: true,
		title: `libvirt's daemon${purpose ? ` for ${purpose}` : ""} (${program})`,
		start: isSystem ? `systemctl enable --now ${program}.socket` : `${program} --daemon`,
	};
}

/**
 * The daemon of the machines forwards what it does not do itself. When the daemon that it forwards to is not there, the
 * path of its socket stands in the error, in whatever language that daemon speaks.
 */
export function missingDaemon(error: LibvirtError): LibvirtConnectionError | null {
	if (error.code !== ErrorCode.system) return null;
	const path = /\/[^\s'"]{1,200}\/virt[a-z]{1,20}d-sock(?![\w-])/.exec(error.message.slice(0, 2000))?.[0];
	if (!path) return null;
	const daemon = daemonOfSocket(path);
	return new LibvirtConnectionError(
		"missing",
		`${daemon.title} does not run: nobody answers on ${path}.`,
		startIt(daemon),
		{ cause: error },
	);
}

/** A remedy. A modular daemon may be in a package that is not installed. */
export function startIt({ isModular, start }: NamedDaemon): string {
	return `Start it: ${start}.${isModular ? " If there is no such daemon, install it: it may be in a package of its own." : ""}`;
}
