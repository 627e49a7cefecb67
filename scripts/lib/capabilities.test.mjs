import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { capabilityFittingRuntime, missingCapabilities } from "./capabilities.mjs";

let folder;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "homerange-capfit-"));
	writeFileSync(join(folder, "runtime"), capabilityFittingRuntime(["CAP_SYS_RESOURCE", "CAP_BPF"]));
	writeFileSync(join(folder, "runc"), '#!/bin/sh\necho "$@"\n');
	chmodSync(join(folder, "runtime"), 0o755);
	chmodSync(join(folder, "runc"), 0o755);
});

afterEach(() => rmSync(folder, { recursive: true }));

function runtime(...args) {
	const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` };
	return execFileSync(join(folder, "runtime"), args, { env, encoding: "utf8" }).trim();
}

test("names the capabilities that the bounding set lacks", () => {
	expect(missingCapabilities("CapBnd:\t000001fffeffffff\n", 40)).toEqual(["CAP_SYS_RESOURCE"]);
	expect(missingCapabilities("CapBnd:\t000001ffffffffff\n", 40)).toEqual([]);
	expect(missingCapabilities("CapBnd:\t0000003fffffffff\n", 37)).toEqual([]);
});

test.each([
	["create", "--bundle", "."],
	["create", "--bundle=."],
	["run", "-b", "."],
])("takes them out of a container's configuration (%s %s)", (...args) => {
	const argument = (text) => (text.endsWith(".") ? text.slice(0, -1) + folder : text);
	const all = ["CAP_BPF", "CAP_CHOWN", "CAP_SYS_RESOURCE", "CAP_KILL", "CAP_BPF"];
	const process = {
		capabilities: {
			bounding: all,
			effective: ["CAP_SYS_RESOURCE"],
			permitted: [],
			ambient: ["CAP_BPF", "CAP_SYS_RESOURCE"],
		},
	};
	writeFileSync(join(folder, "config.json"), JSON.stringify({ process }));
	runtime("--root", "/x", ...args.map(argument), "id");
	expect(JSON.parse(readFileSync(join(folder, "config.json"), "utf8")).process.capabilities).toEqual({
		bounding: ["CAP_CHOWN", "CAP_KILL"],
		effective: [],
		permitted: [],
		ambient: [],
	});
});

test("takes them out of what is executed in a container, and leaves text alone", () => {
	const file = join(folder, "process.json");
	const args = ["CAP_BPF", '"bounding":["CAP_BPF","CAP_KILL"]'];
	writeFileSync(file, JSON.stringify({ args, capabilities: { bounding: ["CAP_KILL", "CAP_BPF"] } }));
	expect(runtime("exec", "--process", file, "id")).toBe(`exec --process ${file} id`);
	expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({ args, capabilities: { bounding: ["CAP_KILL"] } });
});
