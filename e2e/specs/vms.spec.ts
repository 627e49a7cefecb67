import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Locator } from "@playwright/test";
import { expect, test } from "../fixtures/app.ts";
import { call } from "../fixtures/call.ts";
import { takePictures } from "../fixtures/pictures.ts";
import { guestDisk, removePool, virsh } from "../fixtures/virsh.ts";
import { Console } from "../pages/dock.ts";
import { Frame } from "../pages/frame.ts";
import { MachinesPage, VmPage } from "../pages/machines-page.ts";

/** Virtual machines in the real window, on the real libvirt: one of another tool, and one that is made here. */

test.describe.configure({ mode: "serial" });

test.afterAll(({ app }) => removePool(app.data.path));

const foreign = `other-tool-${process.pid}`;
const name = `guest-${process.pid}`;

test("says that virtual machines are switched off, and finds them when they are on", async ({ page }) => {
	const machines = new MachinesPage(page);
	await call(page, "/settings/set", { libvirt: "off" });
	await machines.open();
	await expect(machines.region.getByText("Virtual machines are switched off")).toBeVisible();
	await takePictures(page, "machines-no-libvirt");
	await call(page, "/settings/set", { libvirt: "auto" });
	await expect(page.getByRole("button", { name: "New virtual machine…" }).first()).toBeVisible({ timeout: 30_000 });
});

test("shows what another tool made, and changes it only after it is adopted", async ({ app, page }) => {
	test.setTimeout(180_000);
	const file = join(app.data.path, "foreign.xml");
	writeFileSync(
		file,
		`<domain type='qemu'><name>${foreign}</name><memory unit='MiB'>32</memory><os><type>hvm</type></os></domain>`,
	);
	const machines = new MachinesPage(page);
	await machines.open();
	await virsh("define", file);
	try {
		const row = machines.row(foreign);
		await expect(row).toContainText("Other tool", { timeout: 60_000 });
		await expect(row).toContainText("Stopped");
		await expect(row).toContainText("1 CPU, 32 MiB allocated");
		await takePictures(page, "machines-table");

		const vm = await machines.openVm(foreign);
		await expect(vm.action("Start")).toHaveCount(0);
		const hardware = await vm.showTab("Hardware");
		await expect(hardware.getByText("Adopt it to change it here.")).toBeVisible();
		await expect(hardware.getByRole("button", { name: "Add a disk…" })).toBeDisabled();
		await vm.action("Adopt…").click();
		const { question } = new Frame(page);
		await expect(question).toContainText(`Adopt ${foreign}?`);
		await page.keyboard.press("Enter");
		await expect(question).toHaveCount(0);
		await expect(vm.action("Adopt…")).toBeVisible();
		await vm.action("Adopt…").click();
		await question.getByRole("button", { name: "Adopt" }).click();
		await expect(vm.action("Start")).toBeVisible();

		await virsh("start", foreign);
		await expect(vm.state("Running")).toBeVisible();
		await virsh("destroy", foreign);
		await expect(vm.state("Stopped")).toBeVisible();
		await vm.chooseInMenu("Release");
		await expect(vm.action("Adopt…")).toBeVisible();
	} finally {
		await virsh("undefine", foreign);
	}
	await expect(new Frame(page).heading("This virtual machine is gone")).toBeVisible();
});

test("makes a virtual machine from a disk image, and shows its serial line and its screen", async ({ page, cli }) => {
	test.setTimeout(480_000);
	await cli("image", "import", guestDisk(), "--name", "test-guest");
	const machines = new MachinesPage(page);
	await machines.open();
	await page.getByRole("button", { name: "New virtual machine…" }).first().click();
	const form = page.getByRole("form", { name: "New virtual machine" });
	await form.waitFor({ timeout: 60_000 });
	await takePictures(page, "vm-create");
	const systems = form.getByRole("group", { name: "Operating system" });
	await systems.getByRole("button", { name: "Windows" }).click();
	await form.getByRole("combobox", { name: "Kind of virtual machine" }).selectOption("windows11-passthrough");
	const devices = form.getByRole("region", { name: "Devices of this computer" });
	// As this computer is: its groups, or why there are none and what to do.
	await expect(devices.getByText(/^IOMMU group|intel_iommu=on/).first()).toBeVisible();
	await devices.scrollIntoViewIfNeeded();
	await takePictures(page, "vm-create-passthrough");
	await systems.getByRole("button", { name: "Linux" }).click();
	await form.getByRole("button", { name: "Create" }).click();
	await expect(form.getByText("Choose what it starts from.")).toBeVisible();
	await expect(form.getByText("Give it a name.")).toBeVisible();
	await form.getByRole("group", { name: "What it starts from" }).getByRole("button", { name: "A disk image" }).click();
	await form.getByRole("combobox", { name: "Disk image of the library" }).selectOption("test-guest");
	await form.getByLabel("Name").fill(name);
	await form.getByLabel("CPUs").fill("1");
	await form.getByLabel("Memory").fill("192MiB");
	await form.getByRole("button", { name: "Create" }).click();

	const vm = page.getByRole("region", { name, exact: true });
	await expect(vm.getByRole("heading", { level: 1 }).getByText("Running")).toBeVisible({ timeout: 60_000 });
	expect(await virsh("domstate", name)).toBe("running");
	await vm.getByRole("button", { name: `Serial of ${name}` }).click();
	const serial = new Console(page, "serial", name);
	await serial.waitUntilOpen();
	// What the guest wrote before the line was opened is there, too.
	await expect(serial.rows()).toContainText("guest ready", { timeout: 240_000 });
	await serial.type("echo $((6 * 7))");
	await expect(serial.rows()).toContainText("42");

	await vm.getByRole("button", { name: `Screen of ${name}`, exact: true }).click();
	const screen = new Console(page, "vnc", name);
	await screen.waitUntilOpen();
	await expect.poll(async () => (await screen.picture()).colours, { timeout: 30_000 }).toBeGreaterThan(1);
	await expect(vm.getByRole("img", { name: `Screen of ${name}` })).toBeVisible({ timeout: 30_000 });
	await takePictures(page, "vm-consoles");
	await new Frame(page).run("show or hide the dock");
	await takePictures(page, "vm-overview");
});

test("pauses, forces off and shows what it wrote", async ({ page }) => {
	test.setTimeout(300_000);
	const machines = new MachinesPage(page);
	await machines.open();
	await machines.show("Cards");
	await expect(machines.card(name).getByRole("img")).toBeVisible({ timeout: 30_000 });
	await expect(machines.card(name)).toContainText("1 CPU, 192 MiB allocated");
	await takePictures(page, "machines-cards");
	await machines.show("Table");
	const vm = await machines.openVm(name);
	const { question } = new Frame(page);
	await vm.chooseInMenu("Pause");
	await expect(vm.state("Paused")).toBeVisible({ timeout: 30_000 });
	await vm.action("Resume").click();
	await expect(vm.state("Running")).toBeVisible({ timeout: 30_000 });
	const log = await vm.showTab("Boot log");
	await expect(log).toContainText("guest ready");
	const xml = await vm.showTab("XML");
	await expect(xml).toContainText(`<name>${name}</name>`);
	await takePictures(page, "vm-xml");
	await vm.chooseInMenu("Force off…");
	await expect(question).toContainText(`Force ${name} off?`);
	await question.getByRole("button", { name: "Force off" }).click();
	await expect(vm.state("Stopped")).toBeVisible({ timeout: 30_000 });
});

test("gives a virtual machine more, takes it away again, and clones it", async ({ page }) => {
	const vm = new VmPage(page, name);
	const hardware = await vm.showTab("Hardware");
	const { question } = new Frame(page);
	const dialog = (title: string): Locator => page.getByRole("dialog", { name: title, exact: true });

	await hardware.getByRole("button", { name: "Change CPUs and memory" }).click();
	const sizes = dialog(`CPUs and memory of ${name}`);
	await expect(sizes.getByLabel("CPUs")).toBeFocused();
	await sizes.getByLabel("CPUs").fill("none");
	await page.keyboard.press("Enter");
	await expect(sizes.getByRole("alert")).toHaveText("Write a whole number, from 1 to 512.");
	await sizes.getByLabel("CPUs").fill("2");
	await page.keyboard.press("Enter");
	await expect(sizes).toHaveCount(0);
	await expect.poll(() => virsh("vcpucount", name, "--config", "--active")).toBe("2");
	await expect(vm.region.locator("header")).toContainText("2 CPUs, 192 MiB allocated");

	await hardware.getByRole("button", { name: "Add a disk…" }).click();
	const disk = dialog(`Add a disk to ${name}`);
	await disk.getByLabel("Size").fill("64MiB");
	await disk.getByRole("button", { name: "Add", exact: true }).click();
	await expect(hardware.getByRole("row", { name: "vdb" })).toContainText("64 MiB");
	expect(await virsh("domblklist", name)).toMatch(/^ vdb /m);
	await hardware.getByRole("button", { name: "Enlarge the disk vdb" }).click();
	const larger = dialog(`Enlarge the disk vdb of ${name}`);
	await larger.getByLabel("New size").fill("32MiB");
	await page.keyboard.press("Enter");
	await expect(larger.getByRole("alert")).toContainText("can only be made larger");
	await larger.getByLabel("New size").fill("96MiB");
	await page.keyboard.press("Enter");
	await expect(hardware.getByRole("row", { name: "vdb" })).toContainText("96 MiB");

	await hardware.getByRole("button", { name: "Add a network card…" }).click();
	const card = dialog(`Add a network card to ${name}`);
	await card.getByLabel("MAC address").fill("52:54:00:0a:0b:0c");
	await card.getByRole("button", { name: "Add", exact: true }).click();
	await hardware.getByRole("button", { name: "Remove the network card 52:54:00:0a:0b:0c…" }).click();
	await expect(question).toContainText("starts without it from now on");
	await question.getByRole("button", { name: "Remove the card" }).click();
	await expect(hardware.getByText("52:54:00:0a:0b:0c")).toHaveCount(0);
	await takePictures(page, "vm-hardware");

	await hardware.getByRole("button", { name: "Remove the disk vdb…" }).click();
	const removal = dialog(`Remove the disk vdb from ${name}?`);
	await expect(removal.getByRole("button", { name: "Cancel" })).toBeFocused();
	await expect(removal.getByRole("list", { name: "This file stays" })).toContainText("qcow2");
	await removal.getByRole("checkbox", { name: "Also delete its file" }).check();
	await expect(removal.getByRole("list", { name: "This file is deleted" })).toContainText("qcow2");
	await takePictures(page, "vm-remove-disk");
	await removal.getByRole("button", { name: "Remove the disk and its file" }).click();
	await expect(hardware.getByRole("row", { name: "vdb" })).toHaveCount(0);
	expect(await virsh("domblklist", name)).not.toContain("vdb");

	await vm.chooseInMenu("Clone…");
	const clone = dialog(`Clone ${name}`);
	await clone.getByLabel("Name of the clone").fill(`${name}-copy`);
	await clone.getByRole("radio", { name: "Linked clone" }).check();
	await takePictures(page, "vm-clone");
	await clone.getByRole("button", { name: "Clone", exact: true }).click();
	await expect.poll(() => virsh("list", "--all", "--name")).toContain(`${name}-copy`);
	const machines = new MachinesPage(page);
	await machines.open();
	await expect(machines.row(`${name}-copy`)).toContainText("2 CPUs, 192 MiB allocated");
	await expect(page.getByText(`Done: Make the clone ${name}-copy`)).toBeVisible();
	await machines.openVm(name);
});

test("keeps a snapshot and goes back to it, and deletes with the disks", async ({ page }) => {
	test.setTimeout(300_000);
	const machines = new MachinesPage(page);
	const vm = new VmPage(page, name);
	const { question } = new Frame(page);
	await vm.action("Snapshot…").click();
	const dialog = page.getByRole("dialog", { name: `Take a snapshot of ${name}` });
	await dialog.getByLabel("Name").fill("clean");
	await expect(dialog.getByRole("radio").first()).toBeVisible({ timeout: 30_000 });
	await takePictures(page, "vm-take-snapshot");
	await dialog.getByRole("button", { name: "Take the snapshot" }).click();
	const snapshots = await vm.showTab("Snapshots");
	await expect(snapshots.getByRole("listitem").filter({ hasText: "clean" })).toBeVisible({ timeout: 60_000 });
	await takePictures(page, "vm-snapshots");
	await snapshots.getByRole("button", { name: "Go back to clean" }).click();
	await question.getByRole("button", { name: "Go back" }).click();
	const events = async (): Promise<string> => JSON.stringify((await call(page, "/events/list", { limit: 20 })).body);
	await expect.poll(events, { timeout: 60_000 }).toContain(`${name} is back at its snapshot clean`);

	await vm.chooseInMenu("Delete…");
	const remove = page.getByRole("dialog", { name: `Delete ${name}` });
	await expect(remove.getByRole("button", { name: "Cancel" })).toBeFocused();
	await remove.getByRole("checkbox", { name: "Also delete its disks" }).check();
	await expect(remove.getByRole("list", { name: "Disks that would be deleted" })).toContainText("qcow2");
	await takePictures(page, "vm-delete");
	await remove.getByRole("button", { name: "Delete", exact: true }).click();
	await expect(machines.row(name)).toHaveCount(0, { timeout: 60_000 });
	expect((await virsh("list", "--all", "--name")).split("\n")).not.toContain(name);
});
