import { expect, test } from "vitest";
import { runExec } from "../docker/exec.ts";
import { asInnerEngine } from "./escape.ts";
import type { AttackBed, Sibling } from "./testing/attack-bed.ts";

/** A file of the image that all machines of both ranges stand on, which nothing reads. */
const file = "/etc/issue";
const marker = "stolen";

/**
 * Tries to write into the layer that holds the file, by one way after the other, and prints those that worked: through
 * the link in the engine's own data folder, at the mount, by making the mount or a second one writable, by mounting the
 * disk that the store is on.
 */
const attack = `
file=$1 marker=$2
layer=$(ls -d /store/overlay2/*/diff$file | head -n 1)
[ -n "$layer" ] || { echo "no layer"; exit; }
echo "reads $(sha256sum <"$layer" | cut -c 1-64)"
inside=\${layer#/store}
other=$(mktemp -d) disk=$(mktemp -u)
root=$(awk '$5 == "/store" { print $4 }' /proc/self/mountinfo | tail -n 1)
device=$(awk '$5 == "/store" { print $3 }' /proc/self/mountinfo | tail -n 1)
write() { printf %s "$marker" >>"$1"; }
through() { write "/var/lib/docker$inside"; }
directly() { write "$layer"; }
remount_bind() { mount -o remount,bind,rw /store && write "$layer"; }
second_bind() { mount --bind /store "$other" && mount -o remount,bind,rw "$other" && write "$other$inside"; }
whole_disk() { mknod "$disk" b "\${device%:*}" "\${device#*:}" && mount "$disk" "$other" && write "$other$root$inside"; }
for way in through directly remount_bind second_bind whole_disk; do
  $way 2>/dev/null && echo "wrote $way"
  umount "$other" 2>/dev/null
done
rm -rf "$disk"; rmdir "$other"
true`;

/** Who can act in the container of a range: its own root, and whoever took over the inner engine. */
const actors = {
	privileged: [["root of the range's container", []]],
	unprivileged: [
		["root of the range's container", []],
		["root of the inner engine's namespaces", asInnerEngine.unprivileged],
	],
} as const;

/** Layers that ranges share: what one range does to them is not seen in another. */
export function sharedLayerAttacks(bed: () => AttackBed): void {
	const digestIn = async (range: Sibling, name: "alpha" | "beta") =>
		(await bed().inMachine(range, name, "sha256sum", file)).slice(0, 64);
	const linked = (range: Sibling) => bed().test.ranges.get(range.name).layers?.way;

	test("root of a machine changes no layer that another machine or range stands on", async () => {
		const { a, b } = bed();
		expect([linked(a), linked(b)]).toEqual(["linked", "linked"]);
		const before = await digestIn(b, "alpha");
		// The paths of its layers are in the list of its mounts; none of them leads anywhere from in here.
		const lowers = `tr ',: ' '\\n' </proc/self/mountinfo | grep /overlay2/ | sed 's/.*=//' | sort -u`;
		const script = `
			for path in $(${lowers}) /store; do
				[ ! -e "$path" ] || echo "reached $path"
			done
			printf ${marker} >>${file}; rm -f /etc/debian_version
			mount -o remount,rw /store 2>/dev/null && echo "mounted the store"
			true`;
		const said = await bed().inMachine(a, "alpha", "sh", "-c", script);
		expect(said).toBe("");
		// The control: its own disk did change.
		expect(await digestIn(a, "alpha")).not.toBe(before);
		expect([await digestIn(a, "beta"), await digestIn(b, "alpha"), await digestIn(b, "beta")]).toEqual(
			Array(3).fill(before),
		);
		expect(await bed().inMachine(b, "alpha", "ls", "/etc/debian_version")).toBe("/etc/debian_version");
	});

	test("root inside a range's container changes a shared layer only where its profile says so", async () => {
		const { a, b, host, profile } = bed();
		const before = await digestIn(b, "alpha");
		for (const [who, enter] of actors[profile]) {
			const command = [...enter, "sh", "-c", attack, "attack", file, marker];
			const { stdout } = await runExec(host, a.container, { command, user: "0:0", limitMs: 60_000 });
			const [reads = "", ...wrote] = stdout.trim().split("\n");
			// The control: it did find the layer that the other range's machines stand on.
			expect(reads, who).toBe(`reads ${before}`);
			if (profile === "unprivileged") {
				expect(wrote, who).toEqual([]);
				expect(await digestIn(b, "alpha"), who).toBe(before);
				continue;
			}
			// No promise, and the control of the other runs: these ways work where they may, and the other range sees it.
			const after = await digestIn(b, "alpha");
			await restore(bed(), a);
			expect(wrote).toContain("wrote remount_bind");
			expect(after).not.toBe(before);
		}
		expect(await digestIn(b, "alpha")).toBe(before);
	});
}

/** Takes the markers out again and closes the store: the attacks that come after this have their own ranges to look at. */
async function restore(bed: AttackBed, range: Sibling): Promise<void> {
	const script = `
		for layer in /store/overlay2/*/diff${file}; do
			while [ "$(tail -c ${marker.length} "$layer")" = ${marker} ]; do truncate -s -${marker.length} "$layer"; done
		done
		mount -o remount,bind,ro /store`;
	await bed.inContainer(range, "sh", "-c", script);
}
