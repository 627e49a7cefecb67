import { yamlText } from "./cloud-config.ts";
import type { GuestNic } from "./guest-config.ts";

/**
 * The network-config for cloud-init, version 2: each card by its MAC, static, and named eth0, eth1, … in this order, as
 * in a container. The default route is written as 0.0.0.0/0, which older releases understand too.
 */
export function networkConfig(nics: readonly GuestNic[]): string {
	const ethernets = nics.map((nic, at) => [
		`eth${at}`,
		{
			match: { macaddress: nic.mac.toLowerCase() },
			"set-name": `eth${at}`,
			dhcp4: false,
			dhcp6: false,
			addresses: [`${nic.ip}/${nic.prefix}`],
			...(nic.isDefault && nic.gateway !== null ? { routes: [{ to: "0.0.0.0/0", via: nic.gateway }] } : {}),
			...(nic.dns.length === 0 ? {} : { nameservers: { addresses: [...nic.dns] } }),
		},
	]);
	return yamlText({ version: 2, ethernets: Object.fromEntries(ethernets) });
}
