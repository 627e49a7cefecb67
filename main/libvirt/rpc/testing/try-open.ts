import { LibvirtConnectionError, type OpenLibvirtOptions, openLibvirt } from "../index.ts";

/** Opens libvirt with the options in the first argument (JSON) and prints how that went: for tests as another user. */
const options: OpenLibvirtOptions = JSON.parse(process.argv[2] ?? "{}");
try {
	const libvirt = await openLibvirt(options);
	console.log(JSON.stringify({ uri: await libvirt.node.uri(), domains: await libvirt.domains.list() }));
	libvirt.close();
} catch (error) {
	if (!(error instanceof LibvirtConnectionError)) throw error;
	console.log(JSON.stringify({ reason: error.reason, message: error.message, remedy: error.remedy }));
}
