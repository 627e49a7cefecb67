/** What a libvirt host can do for domains of one architecture. Read once per connection; plain data. */
export interface HostAbility {
	/** libvirt's number, 9000000 for 9.0.0; null when it was not asked. */
	readonly libvirtVersion: number | null;
	/** How the guest's processor runs: by hardware (kvm, hvf) or by slow emulation (qemu). */
	readonly virtType: "kvm" | "hvf" | "qemu";
	/** Why it is emulation, when the processor could do better; null otherwise. */
	readonly emulationReason: string | null;
	/** The guest's architecture: x86_64 or aarch64 are known to the templates. */
	readonly arch: string;
	readonly hostArch: string;
	/** The kind of machine that templates are made for. */
	readonly machine: "q35" | "virt" | "pc";
	readonly maxVcpus: number | null;
	readonly hasEfi: boolean;
	readonly hasSecureBoot: boolean;
	/** Firmware images that the host knows. */
	readonly loaders: readonly string[];
	/** Models of a TPM that the host can emulate, by swtpm; empty: none. */
	readonly tpmModels: readonly string[];
	readonly cpuModes: readonly string[];
	readonly videoModels: readonly string[];
	readonly diskBuses: readonly string[];
	readonly graphics: readonly string[];
	readonly hypervFeatures: readonly string[];
	readonly hasRng: boolean;
	readonly hasHostdevPci: boolean;
	/** The host's processor passes devices' memory accesses through a table (IOMMU). */
	readonly hasIommu: boolean;
	/** External snapshots can be reverted and deleted (libvirt 9.9 and later). */
	readonly hasExternalSnapshots: boolean;
	/** Bytes of the host's memory, as libvirt counts it; null when it does not say. */
	readonly memoryBytes: number | null;
	readonly cpus: number | null;
	readonly cpuVendor: string | null;
	/** Features of the host's processor, as libvirt names them ("avx2", "invtsc"). */
	readonly cpuFeatures: readonly string[];
}
