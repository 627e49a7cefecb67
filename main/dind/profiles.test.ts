import { describe, expect, test } from "vitest";
import { profileOf } from "./profiles.ts";

const names = ["privileged", "unprivileged"] as const;
const recipes = ["homerange", "official"] as const;
const every = names.flatMap((name) => recipes.map((recipe) => ({ name, recipe })));

describe.each(every)("the $name profile of the $recipe image", ({ name, recipe }) => {
	const { cmd, environment, hostConfig } = profileOf(name).containerOptions({ recipe, avoid: [] });

	test("opens no TCP port and leaves the packet filter to us", () => {
		expect([...cmd, ...environment].join(" ")).not.toMatch(/tcp:\/\/|:2375|:2376/);
		expect(cmd).toContain("--iptables=false");
		expect(cmd).toContain("--ip6tables=false");
		expect(cmd).toContain("--bridge=none");
	});

	test("names its command, so that the official entrypoint adds no listener of its own", () => {
		expect(cmd[0]).not.toMatch(/^-/);
	});

	test("is privileged only by its name, and never gets a capability or a host path", () => {
		expect(hostConfig.Privileged).toBe(name === "privileged");
		expect(Object.keys(hostConfig)).not.toContain("CapAdd");
		expect(Object.keys(hostConfig)).not.toContain("Binds");
	});
});

test("the uplink of the unprivileged profile avoids the blueprint's networks", () => {
	const { environment } = profileOf("unprivileged").containerOptions({ recipe: "homerange", avoid: ["198.18.0.0/16"] });
	expect(environment).toContain("HOMERANGE_ROOTLESS_CIDR=198.19.255.0/24");
});
