/**
 * Keys of other tools that people (or attackers) try in a blueprint. Any unknown key is
 * refused; these get the reason instead of a guess at the spelling.
 */
interface RefusedKey {
	/** "It …": completes the sentence. */
	readonly why: string;
	readonly hint: string;
}

const leave = "Leave it out.";
const rights = "Leave it out; a machine has Docker's default rights and never more.";
const hostPath: RefusedKey = {
	why: "it would open files or sockets of the host to a machine",
	hint: "Leave it out; to put a file into a machine use `files:`.",
};
const capability: RefusedKey = { why: "it would change the kernel rights of a machine", hint: rights };
const namespace: RefusedKey = { why: "it would let a machine into a namespace outside its own", hint: leave };
const kernel: RefusedKey = { why: "it would change settings of the kernel that all machines share", hint: leave };
const published: RefusedKey = {
	why: "no port of a range is opened on the host",
	hint: "Leave it out; use consoles, and `routes:` between networks.",
};
const device: RefusedKey = { why: "it would give a machine a device of the host", hint: leave };

export const refusedKeys: ReadonlyMap<string, RefusedKey> = new Map([
	["privileged", { why: "it would give a machine the rights of the engine that runs it", hint: rights }],
	["volumes", hostPath],
	["volume", hostPath],
	["volumes_from", hostPath],
	["volume_driver", hostPath],
	["mounts", hostPath],
	["binds", hostPath],
	["bind", hostPath],
	["docker_sock", hostPath],
	["docker_socket", hostPath],
	["tmpfs", hostPath],
	["env_file", hostPath],
	["secrets", hostPath],
	["configs", hostPath],
	["storage_opt", hostPath],
	["cap_add", capability],
	["cap_drop", capability],
	["capabilities", capability],
	["security_opt", capability],
	["group_add", capability],
	["userns_mode", namespace],
	["userns", namespace],
	["pid", namespace],
	["pid_mode", namespace],
	["ipc", namespace],
	["ipc_mode", namespace],
	["uts", namespace],
	["cgroup", namespace],
	["cgroupns", namespace],
	["cgroup_parent", namespace],
	["network_mode", { why: "it would put a machine outside the range's networks", hint: "Use `nics:`." }],
	["isolation", namespace],
	["devices", device],
	["device_cgroup_rules", device],
	["device_requests", device],
	["gpus", device],
	["sysctls", kernel],
	["sysctl", kernel],
	["ulimits", kernel],
	["oom_score_adj", kernel],
	["oom_kill_disable", kernel],
	["shm_size", kernel],
	["blkio_config", kernel],
	["runtime", { why: "the range decides how its machines are run", hint: leave }],
	["host_config", { why: "raw engine options could undo the range's isolation", hint: leave }],
	["driver", { why: "raw engine options could undo the range's isolation", hint: leave }],
	["driver_opts", { why: "raw engine options could undo the range's isolation", hint: leave }],
	[
		"external",
		{ why: "a range has no network outside itself", hint: "Leave it out; `internet: true` opens the internet." },
	],
	["ports", published],
	["publish", published],
	["extra_hosts", { why: "names of a range come from its machines", hint: "Use `hostname:`, or a file in `files:`." }],
	["build", { why: "a deploy builds no images", hint: "Build the image first and name it by `image:`." }],
	["extends", { why: "a blueprint is one document", hint: "Share settings by YAML anchors and `<<`." }],
	["include", { why: "a blueprint is one document", hint: "Share settings by YAML anchors and `<<`." }],
]);

/** Keys that mean a known one, in the words of other tools. */
export const otherWords: ReadonlyMap<string, string> = new Map([
	["env", "environment"],
	["env_vars", "environment"],
	["ram", "memory"],
	["mem", "memory"],
	["mem_limit", "memory"],
	["cpu", "cpus"],
	["vcpus", "cpus"],
	["cidr", "subnet"],
	["ip_address", "ip"],
	["ipv4_address", "ip"],
	["address", "ip"],
	["mac_address", "mac"],
	["networks", "nics"],
	["interfaces", "nics"],
	["net", "network"],
	["entrypoint", "command"],
	["cmd", "command"],
	["healthcheck", "ready"],
	["readiness", "ready"],
	["needs", "depends_on"],
	["requires", "depends_on"],
	["services", "machines"],
	["nodes", "machines"],
	["vms", "machines"],
	["hosts", "machines"],
	["version", "blueprint"],
	["base", "template"],
	["run", "post_boot"],
	["permissions", "mode"],
	["dest", "path"],
	["target", "path"],
]);
