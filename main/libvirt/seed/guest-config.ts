/** A network card as the guest finds it, with the address that is its own on the range's network. */
export interface GuestNic {
	readonly mac: string;
	readonly ip: string;
	readonly prefix: number;
	/** Null where nothing routes. */
	readonly gateway: string | null;
	/** The default route goes this way. */
	readonly isDefault: boolean;
	readonly dns: readonly string[];
}

/** The account that people use in the guest. Without a password hash it can only be entered by key. */
export interface GuestUser {
	readonly name: string;
	/** As in /etc/shadow, for example "$6$…". */
	readonly passwordHash: string | null;
	readonly sshKeys: readonly string[];
}

export interface GuestFile {
	/** Absolute, without "..". */
	readonly path: string;
	readonly mode: number;
	readonly content: string | Uint8Array;
}

/** What a guest is told about itself at its first start. */
export interface GuestConfig {
	/** A guest that has seen this one before does not do it all again. */
	readonly instanceId: string;
	readonly hostname: string;
	readonly nics: readonly GuestNic[];
	/** Null: the image's own account stays as it is. */
	readonly user: GuestUser | null;
	readonly files: readonly GuestFile[];
	readonly environment: Readonly<Record<string, string>>;
	/** Run by the shell as root once, after everything else, with the environment. */
	readonly commands: readonly string[];
	/** Names of other machines, by address. */
	readonly hosts: readonly { readonly ip: string; readonly names: readonly string[] }[];
}
