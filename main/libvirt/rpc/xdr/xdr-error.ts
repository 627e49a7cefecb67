/** What was read or written does not fit XDR (RFC 4506) or one of the bounds of this client. */
export class XdrError extends Error {
	override readonly name = "XdrError";
}
