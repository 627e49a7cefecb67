import { describe, expect, it } from "vitest";
import type { VmTemplate } from "../../contract/hypervisor.ts";
import { emptyDraft, firstTemplate, requestOfDraft, type VmDraft } from "./vm-draft.ts";

const template = (name: string, over: Partial<VmTemplate> = {}): VmTemplate => ({
	name,
	title: name,
	description: "",
	type: "linux",
	defaults: { memoryBytes: 2 * 1024 ** 3, cpus: 2, diskBytes: 20 * 1024 ** 3 },
	cloudInit: false,
	unattended: false,
	passthrough: false,
	available: true,
	reason: null,
	remedy: null,
	warnings: [],
	...over,
});
const draft = (over: Partial<VmDraft>): VmDraft => ({ ...emptyDraft, name: "guest", source: "empty", ...over });
const ask = (over: Partial<VmDraft>, from = template("linux-basic")) =>
	requestOfDraft(draft(over), from, { name: "no name", source: "no source", devices: "no devices" });

describe("a draft of a virtual machine", () => {
	it("asks for no more than was filled in", () => {
		expect(ask({}).request).toEqual({
			name: "guest",
			type: "linux",
			template: "linux-basic",
			autostart: false,
			start: true,
		});
	});

	it("reads sizes as people write them", () => {
		expect(ask({ memory: "4 GiB", cpus: "3", disk: "30GiB" }).request).toMatchObject({
			memoryBytes: 4 * 1024 ** 3,
			cpus: 3,
			diskBytes: 30 * 1024 ** 3,
		});
	});

	it("starts from one thing only, whatever was chosen before", () => {
		const { request } = ask({ source: "image", image: "debian", iso: "/a.iso", snapshot: "s" });
		expect(request).toMatchObject({ image: "debian" });
		expect(request).not.toHaveProperty("iso");
		expect(request).not.toHaveProperty("snapshot");
	});

	it("plugs its card in where it was told", () => {
		expect(ask({ network: "user" }).request?.nics).toEqual([{ kind: "user" }]);
		expect(ask({ network: "network my net" }).request?.nics).toEqual([{ kind: "network", source: "my net" }]);
	});

	it("sets the guest up by what its template can", () => {
		const filled = { setsUp: true, user: "ada", password: "secret" };
		expect(ask(filled).request).not.toHaveProperty("cloudInit");
		expect(ask(filled, template("cloud", { cloudInit: true })).request?.cloudInit).toEqual({
			user: "ada",
			password: "secret",
		});
		const windows = template("win", { unattended: true, type: "windows" });
		expect(ask({ ...filled, type: "windows" }, windows).issues).toHaveProperty("acceptLicence");
		const accepted = ask({ ...filled, type: "windows", acceptLicence: true }, windows);
		expect(accepted.request?.unattended).toMatchObject({ user: "ada" });
	});

	it("hands devices over where its template takes them, and asks for at least one", () => {
		const hostDevices = ["0000:01:00.0", "0000:01:00.1"];
		expect(ask({ hostDevices }).request).not.toHaveProperty("hostDevices");
		const passthrough = template("card", { passthrough: true });
		expect(ask({ hostDevices }, passthrough).request?.hostDevices).toEqual(hostDevices);
		expect(ask({}, passthrough).issues).toEqual({ hostDevices: "no devices" });
	});

	it.each([
		[{ name: "" }, "name"],
		[{ name: "a/b" }, "name"],
		[{ memory: "lots" }, "memory"],
		[{ cpus: "0" }, "cpus"],
		[{ disk: "x" }, "disk"],
		[{ source: "iso" }, "iso"],
		[{ source: "image" }, "image"],
		[{ source: "iso", iso: "relative.iso" }, "iso"],
	] as const)("says at its field what is wrong with %j", (over, field) => {
		const { request, issues } = ask(over);
		expect(request).toBeNull();
		expect(Object.keys(issues ?? {})).toEqual([field]);
	});

	it("says it of the answers to the installer, too", () => {
		const { issues } = ask({ setsUp: true, user: "a b", acceptLicence: true }, template("win", { unattended: true }));
		expect(Object.keys(issues ?? {}).toSorted()).toEqual(["password", "user"]);
	});
});

it("a type's template is the first that the host can run", () => {
	const list = [
		template("a", { available: false }),
		template("b"),
		template("w", { type: "windows", available: false }),
	];
	expect(firstTemplate(list, "linux")?.name).toBe("b");
	expect(firstTemplate(list, "windows")?.name).toBe("w");
	expect(firstTemplate(list, "macos")).toBeNull();
});
