/** Numbers of libvirt's errors that a caller may want to tell apart. */
export const ErrorCode = {
	internal: 1,
	noSupport: 3,
	operationFailed: 9,
	xml: 27,
	domainExists: 28,
	system: 38,
	rpc: 39,
	noDomain: 42,
	noNetwork: 43,
	authFailed: 45,
	noPool: 49,
	noVolume: 50,
	operationInvalid: 55,
	configUnsupported: 67,
	timeout: 68,
	noSnapshot: 72,
	argumentUnsupported: 74,
	noMetadata: 80,
	operationUnsupported: 84,
	agentUnresponsive: 86,
	busy: 87,
	accessDenied: 88,
	volumeExists: 90,
	schemaInvalid: 92,
	authUnavailable: 94,
} as const;

/** The daemon's own answer that something could not be done. */
export class LibvirtError extends Error {
	override readonly name: string = "LibvirtError";
	/** See `ErrorCode`. */
	readonly code: number;
	/** The part of libvirt that the error comes from; 10 is QEMU. */
	readonly domain: number;
	/** 1 warning, 2 error. */
	readonly level: number;
	/** The call that was answered so, by its name in libvirt's protocol. */
	readonly procedure: string;

	constructor(facts: { code: number; domain: number; level: number; message: string; procedure: string }) {
		super(facts.message);
		this.code = facts.code;
		this.domain = facts.domain;
		this.level = facts.level;
		this.procedure = facts.procedure;
	}
}

/** The daemon does not know the call: it is older than the call is. */
export class LibvirtTooOldError extends LibvirtError {
	override readonly name = "LibvirtTooOldError";
	/** For example "5.7.0". */
	readonly neededVersion: string;

	constructor(procedure: string, neededVersion: string, answer: LibvirtError) {
		super({ ...answer, message: `${procedure} needs libvirt >= ${neededVersion}.`, procedure });
		this.neededVersion = neededVersion;
	}
}

/** A call got no answer within its limit. The daemon may still carry it out. */
export class LibvirtTimeoutError extends Error {
	override readonly name = "LibvirtTimeoutError";
	readonly procedure: string;
	readonly limitMs: number;

	constructor(procedure: string, limitMs: number) {
		super(`libvirt did not answer ${procedure} within ${limitMs / 1000} s.`);
		this.procedure = procedure;
		this.limitMs = limitMs;
	}
}

export type ConnectionFailure =
	/** There is no such socket or relay program. */
	| "missing"
	/** The socket may not be opened by this user. */
	| "denied"
	/** A socket is there, and nobody answers on it. */
	| "refused"
	/** libvirt wants to know who asks, and the answer was not good enough. */
	| "authentication"
	/** The connection was there and is gone. */
	| "closed"
	/** The daemon holds the connection and does not answer. */
	| "unresponsive"
	/** What came is not libvirt's protocol. */
	| "protocol"
	/** An address that is not one of libvirt, or one that this client cannot reach. */
	| "address";

/** There is no connection to libvirt, or there is none any more. */
export class LibvirtConnectionError extends Error {
	override readonly name = "LibvirtConnectionError";
	readonly reason: ConnectionFailure;
	/** What a person can do about it. */
	readonly remedy: string;

	constructor(reason: ConnectionFailure, message: string, remedy: string, options?: ErrorOptions) {
		super(message, options);
		this.reason = reason;
		this.remedy = remedy;
	}
}

/** An error for bytes that cannot be libvirt's. */
export function protocolError(message: string, cause?: unknown): LibvirtConnectionError {
	return new LibvirtConnectionError(
		"protocol",
		`The answer is not libvirt's protocol. ${message}`,
		"See whether the address is really a libvirt daemon's, and restart that daemon.",
		{ cause },
	);
}

/** An error for what is asked of a connection that this side has closed. */
export function closedHere(): LibvirtConnectionError {
	return new LibvirtConnectionError("closed", "The connection to libvirt was closed.", "Open it again.");
}

function hasCode(error: unknown, code: number): boolean {
	return error instanceof LibvirtError && error.code === code;
}

export const isNoDomain = (error: unknown): boolean => hasCode(error, ErrorCode.noDomain);
export const isNoNetwork = (error: unknown): boolean => hasCode(error, ErrorCode.noNetwork);
export const isNoPool = (error: unknown): boolean => hasCode(error, ErrorCode.noPool);
export const isNoVolume = (error: unknown): boolean => hasCode(error, ErrorCode.noVolume);
/** The domain holds no metadata element of that kind. */
export const isNoMetadata = (error: unknown): boolean => hasCode(error, ErrorCode.noMetadata);
export const isNoSnapshot = (error: unknown): boolean => hasCode(error, ErrorCode.noSnapshot);
/** A volume of this name exists already. */
export const isVolumeExists = (error: unknown): boolean => hasCode(error, ErrorCode.volumeExists);
/** The state does not allow it: started already, not running, … */
export const isOperationInvalid = (error: unknown): boolean => hasCode(error, ErrorCode.operationInvalid);
/** No guest agent answers: none is installed, or the guest is not that far yet. */
export const isAgentUnresponsive = (error: unknown): boolean => hasCode(error, ErrorCode.agentUnresponsive);
export const isAccessDenied = (error: unknown): boolean => hasCode(error, ErrorCode.accessDenied);
/** This driver, or this version of it, cannot do it at all. */
export const isUnsupported = (error: unknown): boolean =>
	error instanceof LibvirtTooOldError ||
	hasCode(error, ErrorCode.noSupport) ||
	hasCode(error, ErrorCode.configUnsupported) ||
	hasCode(error, ErrorCode.argumentUnsupported) ||
	hasCode(error, ErrorCode.operationUnsupported);
/** The connection is gone; a new one may do better. */
export const isConnectionLost = (error: unknown): boolean => error instanceof LibvirtConnectionError;
