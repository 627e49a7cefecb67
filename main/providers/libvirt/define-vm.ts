import { randomUUID } from "node:crypto";
import type { OsFamily } from "../../../contract/library.ts";
import type { ResolvedMachine } from "../../blueprint/resolved.ts";
import { resolverAddress } from "../../dind/index.ts";
import { type DomainTemplate, domainTemplate, renderDomain } from "../../libvirt/domains/index.ts";
import { DefineDomain, type LibvirtConnection } from "../../libvirt/rpc/index.ts";
import { type GuestConfig, noCloudSeed } from "../../libvirt/seed/index.ts";
import { MachineFault } from "../machine-fault.ts";
import type { LibvirtProviderOptions } from "./libvirt-provider.ts";
import { prefixOf } from "./netmask.ts";
import type { VmSite } from "./range-vms.ts";
import { vmNames, volumesOf } from "./vm-names.ts";

const templates: Record<OsFamily, string> = {
	linux: "linux-cloud",
	windows: "windows11-basic",
	macos: "macos-sonoma-basic",
	network: "network-appliance",
	other: "linux-basic",
};

/**
 * Makes a VM of a range: its disk as a linked clone, its seed, and last its domain, so that what was cut off leaves
 * no domain. Gives its UUID.
 */
export async function defineVm(
	{ vmHost, site, owner }: LibvirtProviderOptions,
	connection: LibvirtConnection,
	machine: ResolvedMachine,
	signal: AbortSignal,
): Promise<string> {
	const names = vmNames(site, machine.name);
	const template = domainTemplate(templates[machine.os ?? "linux"]);
	const ability = await vmHost.ability(signal);
	// Left by a create that was cut off.
	await vmHost.deleteVolumes(volumesOf(names.domain), signal);
	const overlay = { image: machine.image, volume: names.disk, sizeBytes: machine.diskBytes };
	const [disk, cdroms, serialLog] = await Promise.all([
		vmHost.makeOverlay(overlay, signal),
		seedOf(template, machine)
			? vmHost.putVolume(names.seed, noCloudSeed(guestConfig(site, machine)), signal).then((path) => [{ path }])
			: [],
		vmHost.serialLog(names.domain),
	]);
	const taps = names.taps(machine.nics.length);
	const { xml } = renderDomain(
		template,
		{
			name: names.domain,
			uuid: randomUUID(),
			title: `${machine.name} of ${site.rangeName}`,
			memoryBytes: machine.memoryBytes ?? template.defaults.memoryBytes,
			vcpus: Math.ceil(machine.cpus ?? template.defaults.cpus),
			disks: [{ path: disk, format: "qcow2" }],
			cdroms,
			nics: machine.nics.map(({ mac }, nic) => ({ kind: "tap", source: taps[nic] ?? "", mac })),
			vnc: vmHost.vnc(),
			serialLog,
			owner: {
				installation: owner,
				kind: "range",
				range: site.rangeId,
				machine: `${site.rangeId}-${machine.name}`,
				template: machine.source.kind === "template" ? machine.source.name : null,
			},
		},
		ability,
	);
	return (await connection.domains.defineXml(xml, DefineDomain.validate, { signal })).uuid;
}

/** cloud-init is how a Linux guest takes its files and names; what else is asked of other guests cannot be given. */
function seedOf({ os }: DomainTemplate, { files, environment }: ResolvedMachine): boolean {
	if (os === "linux" || os === "other") return true;
	if (files.length > 0 || Object.keys(environment).length > 0) {
		throw new MachineFault(
			`It cannot be created: files and environment reach Linux guests only, and it is made for ${os}.`,
		);
	}
	return false;
}

function guestConfig(site: VmSite, machine: ResolvedMachine): GuestConfig {
	const sources = site.fileSources();
	return {
		instanceId: `${site.rangeId}-${machine.name}`,
		hostname: machine.hostname,
		nics: machine.nics.map(({ network, ip, mac, isDefault }) => {
			const seen = site.networks.get(network);
			const dns = isDefault && seen?.internet ? [resolverAddress] : [];
			return { mac, ip, prefix: prefixOf(seen?.subnet ?? "/24"), gateway: seen?.gateway ?? null, isDefault, dns };
		}),
		user: null,
		files: machine.files.map(({ path, mode, content, source }) => {
			const body = content ?? sources.get(source ?? "");
			if (body === undefined) throw new MachineFault(`It cannot be created: the content of ${path} is not there.`);
			return { path, mode, content: body };
		}),
		environment: machine.environment,
		commands: [],
		hosts: [...site.names].map(([name, ip]) => ({ ip, names: [name] })),
	};
}
