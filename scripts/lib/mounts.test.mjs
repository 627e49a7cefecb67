import { expect, test } from "vitest";
import { mountsOfEngine } from "./mounts.mjs";

const bed = { dataRoot: "/var/lib/docker", execRoot: "/var/run/docker" };
const root = "1 0 254:0 / / rw - ext4 /dev/vda rw";

test("finds the engine's bind of its data root onto itself, and what lies inside", () => {
	const info = [
		root,
		"2 1 254:0 /var/lib/docker /var/lib/docker rw - ext4 /dev/vda rw",
		"3 2 0:50 / /var/lib/docker/overlay2/abc/merged rw - overlay overlay rw",
		"4 1 0:4 net:[1] /var/run/docker/netns/abc rw - nsfs nsfs rw",
	].join("\n");
	expect(mountsOfEngine(info, bed)).toEqual([
		"/var/lib/docker",
		"/var/lib/docker/overlay2/abc/merged",
		"/var/run/docker/netns/abc",
	]);
});

test("leaves a disk alone that is mounted at the data root", () => {
	expect(mountsOfEngine(`${root}\n2 1 254:1 / /var/lib/docker rw - ext4 /dev/vdb rw`, bed)).toEqual([]);
});

test("leaves a container's volume alone that is mounted at the data root", () => {
	const info = [
		"1 0 0:60 / / rw - overlay overlay rw",
		"2 1 254:0 /volumes/x/_data /var/lib/docker rw - ext4 /dev/vda rw",
	];
	expect(mountsOfEngine(info.join("\n"), bed)).toEqual([]);
});

test("finds the bind on top of a volume, once", () => {
	const info = [
		"1 0 0:60 / / rw - overlay overlay rw",
		"2 1 254:0 /volumes/x/_data /var/lib/docker rw - ext4 /dev/vda rw",
		"3 2 254:0 /volumes/x/_data /var/lib/docker rw - ext4 /dev/vda rw",
	];
	expect(mountsOfEngine(info.join("\n"), bed)).toEqual(["/var/lib/docker"]);
});

test("leaves other folders alone whose names begin the same", () => {
	expect(mountsOfEngine(`${root}\n2 1 0:50 / /var/lib/docker-old rw - tmpfs tmpfs rw`, bed)).toEqual([]);
});
