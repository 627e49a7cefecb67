import { connect } from "node:net";
import { daemonOfSocket, startIt } from "../daemon-names.ts";
import { LibvirtConnectionError } from "../errors.ts";
import type { Connector } from "./connector.ts";

/** The daemon's socket on this host. */
export function unixConnector(path: string): Connector {
	return {
		label: path,
		connect: (signal) =>
			new Promise((resolve, reject) => {
				signal?.throwIfAborted();
				const socket = connect({ path });
				const aborted = (): void => {
					socket.destroy();
					reject(signal?.reason);
				};
				const failed = (error: NodeJS.ErrnoException): void => {
					signal?.removeEventListener("abort", aborted);
					reject(connectError(path, error));
				};
				signal?.addEventListener("abort", aborted, { once: true });
				socket.once("error", failed);
				socket.once("connect", () => {
					signal?.removeEventListener("abort", aborted);
					socket.off("error", failed);
					resolve(socket);
				});
			}),
	};
}

function connectError(path: string, cause: NodeJS.ErrnoException): LibvirtConnectionError {
	const options = { cause };
	const daemon = daemonOfSocket(path);
	switch (cause.code) {
		case "ENOENT":
			return new LibvirtConnectionError(
				"missing",
				daemon.isModular
					? `${daemon.title} does not run: there is no socket at ${path}.`
					: `There is no libvirt socket at ${path}.`,
				daemon.isModular
					? startIt(daemon)
					: `Install libvirt (libvirt-daemon-system on Debian and Ubuntu) and start it: ${daemon.start}`,
				options,
			);
		case "EACCES":
		case "EPERM":
			return new LibvirtConnectionError(
				"denied",
				`This user may not open the libvirt socket ${path}.`,
				'Add the user to the group "libvirt" (sudo usermod -aG libvirt $USER), then log out and in again.',
				options,
			);
		case "ECONNREFUSED":
			return new LibvirtConnectionError(
				"refused",
				daemon.isModular
					? `${daemon.title} does not run: nobody answers on ${path}.`
					: `Nobody answers on the libvirt socket ${path}.`,
				startIt(daemon),
				options,
			);
		default:
			return new LibvirtConnectionError(
				"missing",
				`The libvirt socket ${path} cannot be opened (${cause.code ?? cause.message}).`,
				"See whether the path is the socket of a libvirt daemon.",
				options,
			);
	}
}
