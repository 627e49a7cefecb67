/** What to install when something is missing, in the names of the common distributions. */
export const installEfi: Readonly<Record<string, string>> = {
	x86_64: "Install UEFI firmware: the package ovmf (Debian, Ubuntu) or edk2-ovmf (Fedora, Arch).",
	aarch64: "Install UEFI firmware: the package qemu-efi-aarch64 (Debian, Ubuntu) or edk2-aarch64 (Fedora, Arch).",
};

export const installSecureBoot =
	"Install UEFI firmware with secure boot and Microsoft's keys: the package ovmf (Debian, Ubuntu) or edk2-ovmf (Fedora).";

export const installTpm =
	"Install the TPM emulator: the packages swtpm and swtpm-tools (Debian, Ubuntu, Fedora) or swtpm (Arch).";

export const enableAcceleration =
	"Switch on virtualization (VT-x, AMD-V) in the computer's firmware, load the module kvm_intel or kvm_amd, and see that libvirt's user may open /dev/kvm.";

export const enableIommu =
	"Switch on VT-d or AMD-Vi in the computer's firmware and start Linux with intel_iommu=on or amd_iommu=on.";
