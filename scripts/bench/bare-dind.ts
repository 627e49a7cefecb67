import { randomBytes } from "node:crypto";
import http from "node:http";
import type Dockerode from "dockerode";
import { isNotFound } from "../../main/docker/api-errors.ts";
import type { DockerEngine } from "../../main/docker/engine.ts";
import { runExec } from "../../main/docker/exec.ts";
import { openEngine } from "../../main/docker/open-engine.ts";
import type { BenchContext } from "./bench.ts";

export type Profile = "privileged" | "unprivileged";
export const profiles: readonly Profile[] = ["privileged", "unprivileged"];

export interface BareDind {
	readonly container: string;
	remove(): Promise<void>;
}

const options: Record<Profile, Dockerode.HostConfig> = {
	privileged: { Privileged: true },
	unprivileged: {
		SecurityOpt: ["seccomp=unconfined", "apparmor=unconfined"],
		// What the docker command makes of --security-opt systempaths=unconfined.
		MaskedPaths: [],
		ReadonlyPaths: [],
		Devices: [{ PathOnHost: "/dev/net/tun", PathInContainer: "/dev/net/tun", CgroupPermissions: "rwm" }],
	},
};

/** Waits in the container until its engine answers. */
export const untilAnswers = "until [ -S /var/run/docker.sock ] && docker version >/dev/null 2>&1; do sleep 0.02; done";

/** `docker run -d -v VOLUME:/var/lib/docker …` as a person would type it: */
export function bareCommand(profile: Profile): string {
	const flags =
		profile === "privileged"
			? "--privileged"
			: "--security-opt seccomp=unconfined … --security-opt systempaths=unconfined --device /dev/net/tun";
	return `docker run -d ${flags} -v VOLUME:/var/lib/docker DIND ${profile}`;
}

/**
 * A DinD with nothing around it, until its engine answers: by the two API calls of `docker run`, without the time that
 * the docker command itself needs, and one exec that waits for the first answer.
 */
export async function startBareDind(
	context: Pick<BenchContext, "host" | "dindImage" | "cleanup" | "signal">,
	profile: Profile,
	engineArguments: readonly string[] = [],
): Promise<BareDind> {
	const { host, dindImage, cleanup, signal } = context;
	const container = `hrbench-${randomBytes(5).toString("hex")}`;
	const remove = cleanup.add(`the container ${container}`, async () => {
		await unlessGone(host.api.getContainer(container).remove({ force: true, v: true }));
		await unlessGone(host.api.getVolume(container).remove());
	});
	const created = await host.api.createContainer({
		name: container,
		Image: dindImage,
		Cmd: [profile, ...engineArguments],
		HostConfig: { Binds: [`${container}:/var/lib/docker`], ...options[profile] },
	});
	await created.start();
	const { exitCode } = await runExec(host, container, { command: ["sh", "-c", untilAnswers], killable: true }, signal);
	if (exitCode !== 0) throw new Error(`the bare DinD (${profile}) did not get ready`);
	return { container, remove };
}

export type DirectEngine =
	| { readonly engine: DockerEngine; close(): void; readonly reason?: never }
	| { readonly engine: null; readonly reason: string };

/**
 * The engine in a DinD by its own unix socket, as root of the same Linux sees it under /proc. With the product's API
 * client, so that a comparison with its tunnel is about the way and not about the client.
 */
export async function openDirectEngine(host: DockerEngine, container: string, profile: Profile): Promise<DirectEngine> {
	if (process.platform !== "linux")
		return { engine: null, reason: "the socket in a container is reached on Linux only" };
	if (process.getuid?.() !== 0) return { engine: null, reason: "only root reaches the socket in a container" };
	const { Pid: pid } = (await host.api.getContainer(container).inspect()).State;
	// Under /proc/PID/root an absolute link would lead out again: these paths hold none.
	const inside = profile === "privileged" ? "/run/docker.sock" : "/run/user/1000/docker.sock";
	const pooled = new http.Agent({ keepAlive: true, maxFreeSockets: 8 });
	const connection = { socketPath: `/proc/${pid}/root${inside}` };
	const dedicated = new http.Agent();
	const close = () => {
		pooled.destroy();
		dedicated.destroy();
	};
	try {
		const engine = await openEngine({ secure: false, connection, pooled, dedicated }, "direct");
		const [inner, outer] = await Promise.all([engine.api.info(), host.api.info()]);
		if (inner.ID === outer.ID) throw new Error("it is the host's own engine");
		return { engine, close };
	} catch (error) {
		close();
		const message = error instanceof Error ? error.message : String(error);
		return { engine: null, reason: `the socket ${connection.socketPath} cannot be used: ${message}` };
	}
}

export async function unlessGone(action: Promise<unknown>): Promise<void> {
	try {
		await action;
	} catch (error) {
		if (!isNotFound(error)) throw error;
	}
}
