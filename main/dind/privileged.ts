import { type IsolationProfile, innerEngineArguments } from "./isolation-profile.ts";

/** The inner engine as root of a privileged container. Works everywhere; an escape is root on the engine's host. */
export const privileged: IsolationProfile = {
	name: "privileged",
	containerOptions: ({ recipe }) => ({
		cmd:
			recipe === "homerange"
				? ["privileged", ...innerEngineArguments]
				: // With an explicit command the official entrypoint adds no TCP listener and makes no certificates.
					["dockerd", "--host=unix:///var/run/docker.sock", ...innerEngineArguments],
		environment: recipe === "homerange" ? [] : ["DOCKER_TLS_CERTDIR="],
		dataFolder: "/var/lib/docker",
		hostConfig: { Privileged: true },
	}),
	enterNetns: (command) => command,
	outerInterface: "eth0",
	limits: { perMachine: true, reason: null },
};
