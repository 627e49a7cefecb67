import { z } from "zod";
import { libvirtSetting } from "./hypervisor.ts";

export const settings = z.strictObject({
	/** Image of a range's Docker-in-Docker container. */
	dindImage: z.string().min(1).max(255),
	/** How the range's container is confined; `auto` takes the strongest that works here. */
	isolation: z.enum(["auto", "privileged", "unprivileged"]),
	/** Where the ranges' outer networks are cut from, an IPv4 CIDR. */
	outerPool: z.string().regex(/^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/),
	/** How many machines are created and started at once in one range. */
	concurrency: z.number().int().min(1).max(64),
	/** Seconds that a machine gets to stop by itself before it is killed. */
	stopGraceSeconds: z.number().int().min(0).max(600),
	/**
	 * How ranges share the layers of their images: `auto` links them from the layer store and copies where that does
	 * not work, `reflink` makes copies that share blocks where the file system can, `streamed` copies always.
	 */
	layers: z.enum(["auto", "reflink", "streamed"]),
	/** What happens to ranges that ran when the engine's host restarted. */
	afterRestart: z.enum(["restore", "stop"]),
	/** What happens to a machine that fails by itself while its range runs. */
	restartMachines: z.enum(["on-failure", "never"]),
	/** Which libvirt runs the virtual machines: `auto`, `off`, or its address. */
	libvirt: libvirtSetting,
	theme: z.enum(["system", "light", "dark"]),
	/** Rows of scroll-back a console keeps. */
	scrollback: z.number().int().min(1000).max(100_000),
});
export type Settings = z.infer<typeof settings>;

export const defaultSettings: Settings = {
	dindImage: "docker:dind",
	isolation: "auto",
	outerPool: "172.30.0.0/16",
	concurrency: 8,
	stopGraceSeconds: 10,
	layers: "auto",
	afterRestart: "restore",
	restartMachines: "on-failure",
	libvirt: "auto",
	theme: "system",
	scrollback: 10_000,
};
