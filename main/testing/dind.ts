import type { DockerEngine } from "../docker/engine.ts";
import { runExec } from "../docker/exec.ts";
import { dindImage, removeLabelled, testLabel, uniqueName } from "./engine.ts";

export interface TestDind {
	container: string;
	label: string;
	enterNetns(command: string[]): string[];
	/** Waits until the inner engine's socket answers. */
	whenReady(): Promise<void>;
	remove(): Promise<void>;
}

const unprivileged = {
	SecurityOpt: ["seccomp=unconfined", "apparmor=unconfined"],
	// What the command line calls systempaths=unconfined.
	MaskedPaths: [],
	ReadonlyPaths: [],
	Devices: [{ PathOnHost: "/dev/net/tun", PathInContainer: "/dev/net/tun", CgroupPermissions: "rwm" }],
};

/** A bare DinD for tests of what lies below the ranges: ready, with no image in it and no network of its own. */
export async function startTestDind(
	host: DockerEngine,
	options: { profile?: "privileged" | "unprivileged"; image?: string } = {},
): Promise<TestDind> {
	const { profile = "privileged", image = dindImage } = options;
	const container = uniqueName("dind");
	const label = `${testLabel}=${container}`;
	const labels = { [testLabel]: container };
	const dind: TestDind = {
		container,
		label,
		enterNetns: (command) => ["homerange-netns", ...command],
		whenReady: () => whenReady(host, container),
		remove: () => removeLabelled(host, label),
	};
	try {
		await host.api.createVolume({ Name: container, Labels: labels });
		const created = await host.api.createContainer({
			name: container,
			Image: image,
			Cmd: [profile],
			Labels: labels,
			HostConfig: {
				Binds: [`${container}:/var/lib/docker`],
				...(profile === "privileged" ? { Privileged: true } : unprivileged),
			},
		});
		await created.start();
		await dind.whenReady();
	} catch (error) {
		await dind.remove();
		throw error;
	}
	return dind;
}

/** One exec that ends when the inner engine answers: many short ones would only slow its start. */
async function whenReady(host: DockerEngine, container: string): Promise<void> {
	const script = "until [ -S /var/run/docker.sock ] && docker version >/dev/null 2>&1; do sleep 0.1; done";
	const { exitCode, stdout, stderr } = await runExec(host, container, {
		command: ["sh", "-c", script],
		killable: true,
	});
	if (exitCode !== 0) throw new Error(`The test's DinD is not ready: ${stdout}${stderr}`);
}

/** Runs the body with a DinD and removes it afterwards, whatever happened. */
export async function withDind<T>(
	host: DockerEngine,
	options: { profile?: "privileged" | "unprivileged"; image?: string },
	body: (dind: TestDind) => Promise<T>,
): Promise<T> {
	const dind = await startTestDind(host, options);
	try {
		return await body(dind);
	} finally {
		await dind.remove();
	}
}
