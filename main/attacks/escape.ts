import { readFileSync, readlinkSync, statSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { localDataFolder } from "../docker/data-folder.ts";
import type { DockerEngine } from "../docker/engine.ts";
import { runExec } from "../docker/exec.ts";
import type { AttackBed } from "./testing/attack-bed.ts";

const battery = readFileSync(new URL("testing/battery.pl", import.meta.url), "utf8");

/** What whoever took over the inner engine is: root of the container, or of rootlesskit's namespaces as an ordinary user. */
export const asInnerEngine = {
	privileged: [],
	unprivileged: [
		...["sh", "-c"],
		`exec setpriv --reuid 1000 --regid 1000 --clear-groups nsenter -U --preserve-credentials -m -n \
			-t "$(cat /run/user/1000/dockerd-rootless/child_pid)" "$@"`,
		"battery",
	],
};

/** Not an attack on the host: what an ordinary user of it may do as well. */
const harmless = new Set(["make-a-user-namespace", "mount-anything"]);

/** The escape battery: what each root inside a range can do to the engine's host. */
export function escapeAttacks(bed: () => AttackBed): void {
	test("root of a machine has no power over the engine's host", async () => {
		const { inner, containerId } = await bed().test.ranges.locate(bed().a.name, "alpha");
		const powers = await tryAll(bed(), inner, containerId, []);
		expect(powers).toEqual([]);
	});

	test("root of the inner engine has the powers that its profile says, and no other", async () => {
		const powers = await tryAll(bed(), bed().host, bed().a.container, asInnerEngine[bed().profile]);
		if (bed().profile === "unprivileged") {
			// The control: it is root of its own namespaces, and the battery sees that.
			expect(powers).toEqual(expect.arrayContaining(["make-a-user-namespace", "mount-anything"]));
			expect(powers.filter((power) => !harmless.has(power))).toEqual([]);
		} else {
			// No promise, and the control of the other runs: the battery finds such powers where they are.
			expect(powers).toEqual(
				expect.arrayContaining(["set-the-core-pattern", "set-a-release-agent", "load-a-bpf-program", "reboot"]),
			);
		}
	});
}

/** Names of the attempts that succeed. */
async function tryAll(bed: AttackBed, engine: DockerEngine, container: string, enter: string[]): Promise<string[]> {
	const folder = await mkdtemp(join(tmpdir(), "homerange-marker-"));
	const marker = join(folder, "marker");
	await writeFile(marker, "a file of the engine's host");
	try {
		const data = (await localDataFolder(bed.host, new AbortController().signal)) ?? "/";
		// As Linux packs it into a device number.
		const { dev } = statSync(data);
		const device = [String((dev >> 8) & 0xfff), String((dev & 0xff) | ((dev >> 12) & 0xfff00))];
		const links = [readlinkSync("/proc/self/ns/pid"), readlinkSync("/proc/self/ns/net")];
		const command = [...enter, "perl", "-", ...links, marker, ...device];
		const { stdout, stderr } = await runExec(engine, container, { command, input: battery });
		const results = [...stdout.matchAll(/^(\S+) (yes|no)$/gm)];
		if (results.length < 20) throw new Error(`The battery did not run to its end: ${stdout}${stderr}`);
		if (process.env.HOMERANGE_SHOW_BATTERY) process.stdout.write(`${bed.profile} ${enter.length}\n${stdout}`);
		return results.flatMap(([, name = "", can]) => (can === "yes" ? [name] : []));
	} finally {
		await rm(folder, { recursive: true });
	}
}
