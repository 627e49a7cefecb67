import { randomBytes } from "node:crypto";

/** Files of a VM in the pool begin with its UUID: whose they are is seen without a record of it. */
export function volumePrefix(uuid: string): string {
	return `vm-${uuid}-`;
}

export function diskVolume(uuid: string, label: string): string {
	return `${volumePrefix(uuid)}${label}.qcow2`;
}

/** A further file of a disk that exists already: above a snapshot, or in the place of a detached one. */
export function nextDiskVolume(uuid: string, label: string): string {
	return diskVolume(uuid, `${label}-${randomBytes(4).toString("hex")}`);
}

export function seedVolume(uuid: string): string {
	return `${volumePrefix(uuid)}seed.iso`;
}

export function isoVolume(uuid: string, label: string): string {
	return `${volumePrefix(uuid)}${label}.iso`;
}

export function serialLogVolume(uuid: string): string {
	return `${volumePrefix(uuid)}serial.log`;
}

/** QEMU's own range of addresses, which no maker of cards has. */
export function randomMac(): string {
	return ["52", "54", "00", ...[...randomBytes(3)].map((byte) => byte.toString(16).padStart(2, "0"))].join(":");
}
