import { Program } from "../wire/header.ts";

/**
 * Procedures were only ever added at the end, so a number tells the first version that has it: each row is the first
 * number of a version. Versions before 1.2.8 are too old to matter to anyone.
 */
const firstNumbers: readonly (readonly [number: number, version: string])[] = [
	[344, "1.2.8"],
	[345, "1.2.9"],
	[349, "1.2.11"],
	[350, "1.2.12"],
	[353, "1.2.14"],
	[354, "1.2.15"],
	[357, "1.2.16"],
	[358, "1.2.19"],
	[363, "1.3.3"],
	[368, "2.0.0"],
	[374, "2.2.0"],
	[378, "3.0.0"],
	[391, "4.1.0"],
	[392, "4.4.0"],
	[411, "5.6.0"],
	[418, "5.7.0"],
	[419, "5.8.0"],
	[420, "5.10.0"],
	[421, "6.0.0"],
	[423, "6.9.0"],
	[425, "6.10.0"],
	[426, "7.1.0"],
	[432, "7.7.0"],
	[438, "7.9.0"],
	[448, "10.2.0"],
];

/** The first libvirt that knows this procedure, as far as this client's tables tell. */
export function minimumVersion({ program, number }: { program: number; number: number }): string {
	if (program !== Program.remote) return "1.0.0";
	let version = "1.0.0";
	for (const [first, since] of firstNumbers) if (number >= first) version = since;
	return version;
}
