import { HomerangeError } from "../../../contract/errors.ts";
import type { HostAbility as Ability, HostNetwork, HypervisorHost } from "../../../contract/hypervisor.ts";
import { printable } from "../../docker/api-errors.ts";
import { enableIommu, installEfi, installSecureBoot, installTpm } from "../domains/ability/remedies.ts";
import { abilityQuestions, type HostAbility, readAbility } from "../domains/index.ts";
import { isNoNetwork, isUnsupported, type LibvirtConnection, LibvirtError } from "../rpc/index.ts";

/** 9000000 of "9.0.0", as libvirt counts. */
export function versionNumber(text: string): number {
	const [major = 0, minor = 0, release = 0] = text.split(".").map(Number);
	return major * 1_000_000 + minor * 1000 + release;
}

/** What guests of the host's own architecture can have. Errors: `UNSUPPORTED` without an emulator for them. */
export async function readHostAbility(connection: LibvirtConnection, libvirtVersion: number): Promise<HostAbility> {
	const capabilities = await connection.node.capabilities();
	let refusal: string | undefined;
	for (const question of abilityQuestions(capabilities)) {
		try {
			const answer = await connection.node.domainCapabilities(question);
			return readAbility(capabilities, answer, question, {
				libvirtVersion,
				...(refusal === undefined ? {} : { refusal }),
			});
		} catch (error) {
			if (!(error instanceof LibvirtError)) throw error;
			refusal ??= printable(error.message, 300);
		}
	}
	throw new HomerangeError("UNSUPPORTED", "libvirt has no emulator for guests of this machine's architecture.", {
		remedy: "Install QEMU: qemu-system-x86 (Debian, Ubuntu), qemu-kvm (Fedora), qemu (macOS with Homebrew).",
		detail: refusal ?? null,
	});
}

/** The same for people, with the networks that there are. */
export async function describeHost(
	connection: LibvirtConnection,
	ability: HostAbility,
	scope: HypervisorHost["scope"],
): Promise<HypervisorHost> {
	const node = await connection.node.info();
	const networks = await readNetworks(connection);
	return {
		architecture: ability.hostArch || node.model,
		cpus: node.cpus,
		memoryBytes: node.memoryKiB * 1024,
		virtType: ability.virtType,
		scope,
		abilities: abilitiesOf(ability, scope, networks),
		networks: networks ?? [],
	};
}

function abilitiesOf(ability: HostAbility, scope: HypervisorHost["scope"], networks: readonly HostNetwork[] | null) {
	const { virtType, emulationReason, arch, hasEfi, hasSecureBoot, tpmModels, hasHostdevPci, hasIommu } = ability;
	const networkProblem =
		networks === null
			? no("This libvirt has no networks of its own.", "Use cards of the kind user or bridge.")
			: networks.length === 0
				? no("libvirt has no network yet.", "Make one with virsh net-define, or use cards of the kind user.")
				: scope === "session"
					? no("A daemon of one person can make no networks.", "Use cards of the kind user, or the system's daemon.")
					: null;
	return {
		acceleration:
			virtType === "qemu"
				? no(
						`Guests are emulated, many times slower than the machine: ${emulationReason ?? "there is no acceleration"}.`,
						"Switch on virtualization in the computer's firmware, and see that libvirt may open /dev/kvm.",
					)
				: yes,
		uefi: hasEfi ? yes : no("There is no UEFI firmware for guests.", installEfi[arch] ?? null),
		secureBoot: hasSecureBoot ? yes : no("There is no firmware with secure boot for guests.", installSecureBoot),
		tpm: tpmModels.length > 0 ? yes : no("No TPM can be emulated for guests.", installTpm),
		networks: networkProblem ?? yes,
		passthrough:
			hasHostdevPci && hasIommu
				? yes
				: no("Devices of the host cannot be given to guests: there is no IOMMU, or it is off.", enableIommu),
	};
}

const yes: Ability = { available: true, reason: null, remedy: null };
const no = (reason: string, remedy: string | null): Ability => ({ available: false, reason, remedy });

/** Null when this libvirt has no driver for them, as on macOS. */
async function readNetworks({ networks }: LibvirtConnection): Promise<HostNetwork[] | null> {
	try {
		const found: HostNetwork[] = [];
		for (const network of await networks.list()) {
			const active = await unlessGone(networks.isActive(network), false);
			found.push({ name: network.name, active, bridge: await unlessGone(networks.bridge(network), null) });
		}
		return found.toSorted((a, b) => a.name.localeCompare(b.name));
	} catch (error) {
		if (isUnsupported(error)) return null;
		throw error;
	}
}

/** A network can go while it is read, and one without a bridge has no name for it. */
async function unlessGone<T>(reading: Promise<T>, otherwise: T): Promise<T> {
	try {
		return await reading;
	} catch (error) {
		if (isNoNetwork(error) || error instanceof LibvirtError) return otherwise;
		throw error;
	}
}
