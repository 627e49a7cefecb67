import { describe, expect, it } from "vitest";
import { type Template, templateInput } from "../../contract/library.ts";
import { readinessOfKind, templateValues } from "./template-values.ts";

const shop: Template = {
	name: "shop",
	title: "A shop",
	description: "",
	os: "linux",
	kind: "container",
	provider: "docker",
	image: "homerange/web:1",
	display: "headless",
	architecture: "both",
	icon: null,
	tags: ["web"],
	shipped: false,
	users: [{ kind: "range", id: "1", name: "lab", machine: "web" }],
	cpus: null,
	memoryBytes: 1024,
	diskBytes: null,
	consoles: ["shell"],
	vncPort: null,
	serial: false,
	command: null,
	environment: { A: "b" },
	ports: ["80/tcp"],
	readiness: { kind: "tcp", port: 80, timeoutMs: 5000 },
};

describe("templateValues", () => {
	it("are a request that the contract takes, with nothing lost", () => {
		const parsed = templateInput.parse(templateValues(shop));
		expect(shop).toMatchObject(parsed);
		expect(parsed).not.toHaveProperty("users");
	});
});

describe("readinessOfKind", () => {
	it("keeps the port and the timeout of the one before", () => {
		expect(readinessOfKind("http", shop.readiness)).toEqual({ kind: "http", port: 80, path: "/", timeoutMs: 5000 });
	});

	it("is nothing for a machine that is ready as it runs", () => {
		expect(readinessOfKind("none", shop.readiness)).toBeNull();
	});

	it("has to be filled in before the contract takes it", () => {
		const exec = readinessOfKind("exec", null);
		expect(templateInput.safeParse({ ...templateValues(shop), readiness: exec }).success).toBe(false);
	});
});
