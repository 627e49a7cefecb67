import { formatBytes } from "../../../contract/format-bytes.ts";
import { withEngine } from "../connect.ts";
import { hypervisorText, vmText } from "../terminal/describe-vm.ts";
import { type Format, print, printJson } from "../terminal/print.ts";
import { paintState, plain, table } from "../terminal/text.ts";
import { vmListShape } from "../vm-shapes.ts";

export async function listVms(format: Format): Promise<void> {
	await withEngine(async ({ api }) => {
		const vms = await api.vms.list({});
		if (format === "json") return await printJson(vms.map(vmListShape));
		if (vms.length === 0) return await print("There are no virtual machines. Make one with `homerange vm create`.");
		const rows = vms.map(({ name, state, memoryBytes, vcpus, autostart, addresses, owner, managed }) => [
			name,
			state,
			formatBytes(memoryBytes),
			String(vcpus),
			autostart ? "yes" : "no",
			addresses.join(", ") || "-",
			owner?.kind === "range" ? `range ${owner.range}` : managed ? "Homerange" : "another tool",
		]);
		const header = ["NAME", "STATE", "MEMORY", "CPUS", "AUTOSTART", "ADDRESSES", "OF"];
		await print(table(header, rows, (cell, column) => (column === 1 ? paintState(cell) : cell)));
	});
}

export async function showVm(name: string, { xml, format }: { xml?: boolean; format: Format }): Promise<void> {
	await withEngine(async ({ api }) => {
		const detail = await api.vms.get({ vm: name });
		if (format === "json") await printJson(detail);
		else if (xml) await print(detail.xml);
		else await print(vmText(detail));
	});
}

export async function showHypervisor(format: Format): Promise<void> {
	await withEngine(async ({ api }) => {
		const status = await api.vms.hypervisor({});
		if (format === "json") await printJson(status);
		else await print(hypervisorText(status));
		if (status.state !== "connected") process.exitCode = 4;
	});
}

export async function listTemplates(format: Format): Promise<void> {
	await withEngine(async ({ api }) => {
		const templates = await api.vms.templates({});
		if (format === "json") return await printJson(templates);
		const rows = templates.map(({ name, type, defaults, available, reason, warnings }) => [
			name,
			type,
			formatBytes(defaults.memoryBytes),
			String(defaults.cpus),
			formatBytes(defaults.diskBytes),
			available ? "yes" : "no",
			plain(reason ?? warnings[0] ?? ""),
		]);
		await print(table(["NAME", "TYPE", "MEMORY", "CPUS", "DISK", "HERE", "MIND"], rows));
	});
}
