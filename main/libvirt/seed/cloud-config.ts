import { stringify } from "yaml";
import type { GuestConfig, GuestFile } from "./guest-config.ts";

const environmentFile = "/etc/profile.d/homerange.sh";
const variablePattern = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** What pam_env reads back as it was written; other values only reach shells. */
const plainValue = /^[^\p{Cc}"'`#$\\]*$/u;

/**
 * The user-data for cloud-init: hostname, /etc/hosts, account, files, environment and commands. File contents travel in
 * base64, so nothing in them can be taken for YAML or a template.
 */
export function cloudConfig(config: GuestConfig): string {
	const { hostname, user, files, environment, commands } = config;
	const variables = Object.entries(environment);
	const written = [...hostsFile(config), ...environmentFiles(variables), ...files.map((file) => writeFile(file))];
	const document = {
		hostname,
		preserve_hostname: false,
		manage_etc_hosts: false,
		...(user === null ? {} : account(user)),
		...(written.length === 0 ? {} : { write_files: written }),
		...(commands.length === 0
			? {}
			: { runcmd: [...(variables.length === 0 ? [] : [`. ${environmentFile}`]), ...commands] }),
	};
	return `#cloud-config\n${yamlText(document)}`;
}

/** The first document of YAML 1.1 as well, which cloud-init reads: what could be a number or a boolean there is quoted. */
export function yamlText(document: unknown): string {
	return stringify(document, { version: "1.1", lineWidth: 0, aliasDuplicateObjects: false });
}

function account(user: NonNullable<GuestConfig["user"]>): object {
	const { name, passwordHash, sshKeys } = user;
	return {
		// Distributions have groups of their own, such as operator or staff, and no account is made beside one of its name. A
		// group that is there already stays as it is.
		groups: [name],
		users: [
			{
				name,
				primary_group: name,
				shell: "/bin/bash",
				sudo: "ALL=(ALL) NOPASSWD:ALL",
				lock_passwd: passwordHash === null,
				...(passwordHash === null ? {} : { passwd: passwordHash }),
				...(sshKeys.length === 0 ? {} : { ssh_authorized_keys: [...sshKeys] }),
			},
		],
		ssh_pwauth: passwordHash !== null,
	};
}

/** Added to the image's own file: a guest must also find itself by its name. */
function hostsFile({ hostname, hosts }: GuestConfig): object[] {
	const lines = [`127.0.1.1 ${hostname}`, ...hosts.map(({ ip, names }) => [ip, ...names].join(" "))];
	return [{ path: "/etc/hosts", append: true, ...encoded(`${lines.join("\n")}\n`) }];
}

/** For shells all of it; for what PAM starts, such as a desktop, what its plain format can say. */
function environmentFiles(variables: readonly (readonly [string, string])[]): object[] {
	if (variables.length === 0) return [];
	for (const [name] of variables) {
		if (!variablePattern.test(name)) {
			throw new RangeError(`${JSON.stringify(name.slice(0, 80))} cannot be the name of a variable in a shell.`);
		}
	}
	const shell = variables.map(([name, value]) => `export ${name}='${value.replaceAll("'", "'\\''")}'\n`).join("");
	const plain = variables.filter(([, value]) => plainValue.test(value));
	return [
		{ path: environmentFile, permissions: "0644", ...encoded(shell) },
		{
			path: "/etc/environment",
			append: true,
			...encoded(plain.map(([name, value]) => `${name}="${value}"\n`).join("")),
		},
	];
}

function writeFile({ path, mode, content }: GuestFile): object {
	if (!path.startsWith("/") || path.split("/").includes("..") || path.includes("\0")) {
		throw new RangeError(`${JSON.stringify(path.slice(0, 200))} is not a path for a file in a guest.`);
	}
	const permissions = (mode & 0o7777).toString(8).padStart(4, "0");
	return { path, owner: "root:root", permissions, ...encoded(content) };
}

function encoded(content: string | Uint8Array): { encoding: string; content: string } {
	const bytes = typeof content === "string" ? Buffer.from(content, "utf8") : Buffer.from(content);
	return { encoding: "b64", content: bytes.toString("base64") };
}
