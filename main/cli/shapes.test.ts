import { expect, test } from "vitest";
import type { AuditEvent } from "../../contract/events.ts";
import type { Machine, RangeDetail, RangeSummary } from "../../contract/ranges.ts";
import { eventShape, inspectShape, listShape } from "./shapes.ts";

const common = {
	id: "abc",
	name: "two-tier-1",
	state: "running" as const,
	reason: null,
	blueprint: { name: "two-tier", title: "Two-tier web shop", sha256: "00" },
	dind: {
		container: "c",
		volume: "v",
		network: "n",
		engine: "28.5.2",
		profile: "unprivileged" as const,
		profileReason: "it works",
	},
	createdAt: "2026-01-01T00:00:00.000Z",
	taskId: null,
	interrupted: null,
};
const machine: Machine = {
	id: "abc-web",
	name: "web",
	hostname: "web",
	role: "machine",
	provider: "docker",
	state: "ready",
	engineId: "e",
	reason: null,
	source: { kind: "template", name: "debian-web" },
	image: "homerange/web:1",
	nics: [{ network: "dmz", ip: "10.0.2.10", mac: "02:42:0a:00:02:0a", isDefault: true }],
	consoles: ["shell", "vnc"],
	dependsOn: [],
	cpus: null,
	memoryBytes: null,
	diskBytes: null,
	labels: {},
};
const detail: RangeDetail = {
	...common,
	networks: [{ name: "lan", subnet: "10.0.1.0/24", gateway: "10.0.1.1", internet: true, isolated: false }],
	routes: [],
	layers: null,
	machines: [machine],
	limits: { cpus: 4, memoryBytes: 1, diskBytes: null },
};
const summary: RangeSummary = {
	...common,
	counts: { networks: 1, machines: 1, machinesUp: 1, machinesFailed: 0 },
};

test("inspect prints exactly the documented fields", () => {
	expect(inspectShape(detail)).toEqual({
		id: "abc",
		name: "two-tier-1",
		state: "running",
		blueprint: { name: "two-tier", sha256: "00" },
		dind: { container: "c", volume: "v", network: "n", engine: "28.5.2" },
		networks: [{ name: "lan", subnet: "10.0.1.0/24", gateway: "10.0.1.1", internet: true, isolated: false }],
		machines: [
			{
				id: "abc-web",
				name: "web",
				provider: "docker",
				state: "ready",
				engineId: "e",
				reason: null,
				nics: [{ network: "dmz", ip: "10.0.2.10", mac: "02:42:0a:00:02:0a" }],
				consoles: ["shell", "vnc"],
			},
		],
	});
});

test("list prints the same with counts in the place of networks and machines", () => {
	const { networks: _n, machines: _m, ...rest } = inspectShape(detail);
	expect(listShape(summary)).toEqual({ ...rest, counts: summary.counts });
});

test("an event is one object of the documented fields", () => {
	const event: AuditEvent = {
		id: 7,
		time: "2026-01-01T00:00:00.000Z",
		severity: "info",
		type: "range.deploy.done",
		actor: "cli",
		subject: { range: "two-tier-1", rangeId: "abc", machine: null, network: null },
		message: "m",
		detail: null,
	};
	const { id: _id, detail: _detail, ...rest } = event;
	expect(eventShape(event)).toEqual(rest);
});
