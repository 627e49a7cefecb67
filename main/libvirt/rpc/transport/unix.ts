import { connect } from "node:net";
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
	switch (cause.code) {
		case "ENOENT":
			return new LibvirtConnectionError(
				"missing",
				`There is no libvirt socket at ${path}.`,
				"Install libvirt (libvirt-daemon-system on Debian and Ubuntu) and start it: systemctl enable --now libvirtd",
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
				`Nobody answers on the libvirt socket ${path}.`,
				"Start the daemon: systemctl start libvirtd",
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
