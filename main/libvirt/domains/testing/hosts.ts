import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { HostAbility } from "../ability/host-ability.ts";
import { abilityQuestions, readAbility } from "../ability/read-ability.ts";

/**
 * Answers of libvirt. emulation and bare (before firmware and swtpm were installed) were recorded from libvirt 9.0 on
 * a machine without KVM. kvm and arm64 are the same with what such hosts say more, by libvirt's documentation.
 */
export function hostDocument(name: string): string {
	return readFileSync(join(import.meta.dirname, "hosts", `${name}.xml`), "utf8");
}

export type HostName = "kvm" | "arm64" | "hvf" | "emulation" | "bare";

export function host(name: HostName): HostAbility {
	const of = (folder: string, part: string) => hostDocument(`${folder}-${part}`);
	if (name === "hvf") {
		const [capabilities, domain] = (["capabilities", "domain"] as const).map((part) =>
			of("arm64", part).replaceAll("kvm", "hvf"),
		);
		return read(capabilities ?? "", domain ?? "");
	}
	return read(of(name === "bare" ? "emulation" : name, "capabilities"), of(name, "domain"));
}

function read(capabilities: string, domain: string): HostAbility {
	const [question] = abilityQuestions(capabilities);
	if (question === undefined) throw new Error("the fixture has no guests");
	return readAbility(capabilities, domain, question, { libvirtVersion: 9_000_000 });
}
