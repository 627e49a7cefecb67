import type { DomainTemplate } from "../template/load.ts";
import type { DomainVariables } from "../variables.ts";

/** Enough for every template: what its media, its devices and its own questions need. */
export function wishesFor(template: DomainTemplate, more: Partial<DomainVariables> = {}): DomainVariables {
	return {
		name: `a-${template.name}`,
		uuid: "6f1d3a2e-94c2-4c25-a7b8-6a2f9f0f3d11",
		title: "Fish & chips",
		memoryBytes: template.minimum.memoryBytes,
		vcpus: template.minimum.cpus,
		disks: [{ path: "/pool/system.qcow2", format: "qcow2", serial: "system" }],
		cdroms: [{ path: "/pool/seed.iso" }, { path: null }],
		nics: [
			{ kind: "bridge", source: "hr0", mac: "52:54:00:AA:00:01" },
			{ kind: "user", mac: "52:54:00:aa:00:02", isConnected: false },
		],
		serialLog: "/pool/serial.log",
		owner: { installation: "abc", kind: "range", range: "r1", machine: "m1", template: template.name },
		...(template.needsAppleSmcKey ? { appleSmcKey: "k".repeat(64) } : {}),
		...(template.hostdevs === "required"
			? {
					hostdevs: [
						{ domain: 0, bus: 1, slot: 0, function: 0 },
						{ domain: 0, bus: 1, slot: 0, function: 1 },
					],
				}
			: {}),
		...more,
	};
}
