import { type IsolationProfile, innerEngineArguments } from "./isolation-profile.ts";
import { chooseRootlessCidr } from "./outer-subnet.ts";

const runtime = "/run/user/1000";
const state = `${runtime}/dockerd-rootless`;

/**
 * rootlesskit's namespaces may be entered only by the user who made them. Written in plain sh so that it runs in
 * our image (where an exec is root) and in the official one (where it is that user already).
 */
const enterScript = `
pid=$(cat ${state}/child_pid) || exit 69
if [ "$(id -u)" = 0 ]; then
  exec setpriv --reuid 1000 --regid 1000 --clear-groups nsenter -U --preserve-credentials -n -t "$pid" "$@"
fi
exec nsenter -U --preserve-credentials -n -t "$pid" "$@"`.trim();

/**
 * The inner engine as an ordinary user of a container with no privilege and no added capability. Its filters on
 * system calls and paths are off, because the engine must make namespaces and mounts of its own inside.
 */
export const unprivileged: IsolationProfile = {
	name: "unprivileged",
	containerOptions: ({ recipe, avoid }) => {
		const cidr = chooseRootlessCidr(avoid);
		const hostConfig = {
			Privileged: false,
			SecurityOpt: ["seccomp=unconfined", "apparmor=unconfined"],
			MaskedPaths: [],
			ReadonlyPaths: [],
			Devices: [{ PathOnHost: "/dev/net/tun", PathInContainer: "/dev/net/tun", CgroupPermissions: "rwm" }],
		};
		if (recipe === "homerange") {
			return {
				cmd: ["unprivileged", ...innerEngineArguments],
				environment: [`HOMERANGE_ROOTLESS_CIDR=${cidr}`],
				dataFolder: "/var/lib/docker",
				hostConfig,
			};
		}
		return {
			cmd: ["dockerd", `--host=unix://${runtime}/docker.sock`, ...innerEngineArguments],
			environment: [
				`DOCKER_HOST=unix://${runtime}/docker.sock`,
				"DOCKER_TLS_CERTDIR=",
				"DOCKERD_ROOTLESS_ROOTLESSKIT_NET=slirp4netns",
				"DOCKERD_ROOTLESS_ROOTLESSKIT_MTU=65520",
				`DOCKERD_ROOTLESS_ROOTLESSKIT_FLAGS=--state-dir=${state} --cidr=${cidr}`,
			],
			dataFolder: "/home/rootless/.local/share/docker",
			hostConfig,
		};
	},
	enterNetns: (command) => ["sh", "-c", enterScript, "homerange-netns", ...command],
	outerInterface: "tap0",
	limits: {
		perMachine: false,
		reason:
			"The unprivileged profile's inner engine may not set limits for single machines. The range's own limits hold.",
	},
};
