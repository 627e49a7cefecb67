import { describe, expect, test } from "vitest";
import { imageForProfile } from "./dind-image.ts";

describe("imageForProfile", () => {
	test.each([
		["docker:dind", "docker:dind", "docker:dind-rootless"],
		["docker:28-dind", "docker:28-dind", "docker:28-dind-rootless"],
		["docker:dind-rootless", "docker:dind", "docker:dind-rootless"],
		[
			"mirror.example:5000/library/docker:28.5.2-dind",
			"mirror.example:5000/library/docker:28.5.2-dind",
			"mirror.example:5000/library/docker:28.5.2-dind-rootless",
		],
		["homerange/dind:28", "homerange/dind:28", "homerange/dind:28"],
		["notdocker:dind", "notdocker:dind", "notdocker:dind"],
	])("%s", (image, privileged, unprivileged) => {
		expect(imageForProfile(image, "privileged")).toBe(privileged);
		expect(imageForProfile(image, "unprivileged")).toBe(unprivileged);
	});
});
