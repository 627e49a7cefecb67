import { missingDaemon } from "../daemon-names.ts";
import { ErrorCode, LibvirtError, LibvirtTooOldError, protocolError } from "../errors.ts";
import { minimumVersion } from "../protocol/minimum-version.ts";
import { remoteError } from "../protocol/structs.ts";
import type { Packet } from "../wire/framer.ts";
import { XdrReader } from "../xdr/reader.ts";

/** The error that a packet carries, for the call that it answers. Never throws: an unreadable error is an error as well. */
export function readError(packet: Packet, call: { name: string; program: number; number: number }): Error {
	const reader = new XdrReader(packet.payload);
	try {
		const { code, domain, level, message } = remoteError.decode(reader);
		reader.end();
		const error = new LibvirtError({
			code,
			domain,
			level,
			message: message ?? `libvirt gives no reason (error ${code}).`,
			procedure: call.name,
		});
		const isUnknown = code === ErrorCode.rpc && /unknown procedure|cannot find program/i.test(error.message);
		if (isUnknown) return new LibvirtTooOldError(call.name, minimumVersion(call), error);
		return missingDaemon(error) ?? error;
	} catch (error) {
		return protocolError(`${call.name} failed, and the reason cannot be read.`, error);
	}
}
