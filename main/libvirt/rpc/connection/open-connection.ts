import { LibvirtConnectionError, LibvirtError } from "../errors.ts";
import { AuthType, authList, authPolkit, connectOpen, keepAliveFeature, supportsFeature } from "../protocol/connect.ts";
import type { Connector } from "../transport/connector.ts";
import { type CallOptions, RpcConnection } from "./rpc-connection.ts";

export interface OpenOptions {
	/** The driver's URI, as the daemon itself knows it: "qemu:///system", "test:///default". */
	uri: string;
	/** Asks for pings and answers them. Not for a connection whose consumer may stop reading. */
	keepAlive: boolean;
	readOnly?: boolean | undefined;
	signal?: AbortSignal | undefined;
	limitMs?: number | undefined;
}

const readOnlyFlag = 1;
const openLimitMs = 20_000;

/** Connects, says who asks, and opens the driver. Whatever fails, nothing is left open. */
export async function openConnection(connector: Connector, options: OpenOptions): Promise<RpcConnection> {
	const { signal, limitMs = openLimitMs } = options;
	const connection = new RpcConnection(await connector.connect(signal));
	try {
		await authenticate(connection, { signal, limitMs });
		const flags = options.readOnly ? readOnlyFlag : 0;
		await connection.call(connectOpen, { name: options.uri, flags }, { signal, limitMs });
		if (options.keepAlive) {
			const { supported } = await connection.call(supportsFeature, { feature: keepAliveFeature }, { signal, limitMs });
			if (supported) connection.startKeepAlive();
		}
		return connection;
	} catch (error) {
		connection.close();
		throw error;
	}
}

async function authenticate(connection: RpcConnection, options: CallOptions): Promise<void> {
	const { types } = await connection.call(authList, undefined, options);
	if (types.length === 0 || types.includes(AuthType.none)) return;
	if (!types.includes(AuthType.polkit)) {
		throw new LibvirtConnectionError(
			"authentication",
			"This libvirt daemon asks for a SASL login, which is not supported.",
			"Reach it over its unix socket or over ssh instead.",
		);
	}
	try {
		await connection.call(authPolkit, undefined, options);
	} catch (error) {
		if (!(error instanceof LibvirtError)) throw error;
		throw new LibvirtConnectionError(
			"authentication",
			`libvirt did not let this user in: ${error.message}`,
			'Add the user to the group "libvirt" (sudo usermod -aG libvirt $USER), then log out and in again.',
			{ cause: error },
		);
	}
}
