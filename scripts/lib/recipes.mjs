// What the images are made of. resources/ holds the recipes; this says which of them there are.
import { join } from "node:path";
import { hashInputs, repository } from "./cache.mjs";

const resources = join(repository, "resources");
const libraryFolder = join(repository, "scripts", "lib");

/** The public base of the sample machines, and what takes its place where no registry is reachable. */
export const publicBase = "debian:bookworm-slim";
export const localBase = { tag: "homerange/base:1", suite: "bookworm", packages: [], unwanted: [] };

/** The sample machines. */
export const machineImages = ["busybox", "web", "db", "desktop", "attacker", "router", "qemu"].map((name) => {
	const folder = join(resources, "images", name);
	return { tag: `homerange/${name}:1`, folder, recipe: hashInputs([folder]) };
});

const dindPackages =
	"docker.io iptables nftables iproute2 ca-certificates rootlesskit slirp4netns uidmap libcap2-bin socat conntrack tcpdump tini busybox".split(
		" ",
	);
// Debugging programs of containerd and runc, and runtimes that dockerd does not use: 80 MB.
const dindUnwanted = [
	"usr/bin/ctr",
	"usr/bin/rootlessctl",
	"usr/lib/containerd",
	"usr/lib/cni",
	...["pidfd-kill", "recvtty", "sd-helper", "remap-rootfs", "seccompagent", "fs-idmap"].map(
		(name) => `usr/sbin/${name}`,
	),
];

/**
 * The inner engines, by version. The first one is what ranges use; the others are there to test that the app gets on
 * with them. `suite` is the Debian that has the version, for machines without a registry.
 */
export const dindImages = [
	{ version: "28", suite: "forky", extra: ["docker-cli"] },
	{ version: "26", suite: "trixie", extra: ["docker-cli"] },
	{ version: "20.10", suite: "bookworm", extra: [] },
].map(({ version, suite, extra }) => {
	const folder = join(resources, "dind");
	return {
		tag: `homerange/dind:${version}`,
		folder,
		recipe: hashInputs([folder]),
		publicBase: `docker:${version}-dind`,
		publicRootless: `docker:${version}-dind-rootless`,
		localBase: {
			tag: `homerange/dind-root:${version}`,
			suite,
			packages: [...dindPackages, ...extra],
			unwanted: dindUnwanted,
		},
	};
});

/** The identity of a debootstrapped base: another package list or script makes another base. */
export function rootRecipe(base) {
	return hashInputs([join(libraryFolder, "make-root.sh")], [base.suite, ...base.packages, ...base.unwanted]);
}
