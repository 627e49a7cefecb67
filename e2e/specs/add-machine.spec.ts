import { expect, test } from "../fixtures/app.ts";
import { takePictures } from "../fixtures/pictures.ts";
import { RangePage } from "../pages/range-page.ts";

/** Machines come to a range that runs, from a base image and from a snapshot, while the others run on. */

interface Inspected {
	machines: { name: string; engineId: string; source?: unknown; nics: { network: string; ip: string }[] }[];
}

test("adds a machine from a base image and one from a snapshot", async ({ page, cli }) => {
	test.setTimeout(400_000);
	await cli("deploy", "tiny", "--name", "lab");
	await cli("exec", "lab", "a", "--", "sh", "-c", "echo saved > /state");
	await cli("library", "snapshot", "lab", "a", "clean-a");
	const before = JSON.parse(await cli("inspect", "lab", "--format", "json")) as Inspected;

	const range = new RangePage(page, "lab");
	await range.open();
	await takePictures(page, "range-header");
	await range.action("Add machine…").click();
	const dialog = page.getByRole("dialog", { name: "Add a machine to lab" });
	await dialog.getByRole("button", { name: "Show what changes" }).click();
	await expect(dialog.getByText("Choose what it starts from.")).toBeVisible();
	await dialog.getByLabel("Name").fill("a");
	await dialog.getByRole("combobox", { name: "Base image" }).selectOption("busybox");
	await expect(dialog.getByRole("list", { name: "What it gets from there" })).toContainText("CPUs");
	await takePictures(page, "add-machine");
	await dialog.getByRole("button", { name: "Show what changes" }).click();
	await expect(dialog.getByRole("alert")).toContainText("lab has a machine a already");
	await dialog.getByLabel("Name").fill("c");
	await dialog.getByRole("button", { name: "Show what changes" }).click();
	const changes = dialog.getByRole("list", { name: "Machines" }).getByRole("listitem");
	await expect(changes).toContainText(["The machine c (lan 10.0.1.2) is added."]);
	await takePictures(page, "add-machine-difference");
	await dialog.getByRole("button", { name: "Add the machine" }).click();
	await expect(dialog).toHaveCount(0);
	// The range runs on meanwhile: that the new machine does is what there is to wait for.
	await expect(range.machine("c")).toContainText("10.0.1.2", { timeout: 90_000 });
	await expect(range.machineInState("c", "ready")).toBeVisible({ timeout: 90_000 });

	await range.action("Add machine…").click();
	await dialog.getByLabel("Name").fill("d");
	await dialog.getByRole("group", { name: "Starts from" }).getByRole("button", { name: "Snapshot" }).click();
	await dialog.getByRole("combobox", { name: "Snapshot" }).selectOption("clean-a");
	await dialog.getByLabel("Address of card 1").fill("10.0.1.200");
	await dialog.getByRole("button", { name: "Show what changes" }).click();
	await expect(changes).toContainText(["The machine d (lan 10.0.1.200) is added."]);
	await dialog.getByRole("button", { name: "Add the machine" }).click();
	await expect(range.machine("d")).toContainText("10.0.1.200", { timeout: 90_000 });
	await expect(range.machineInState("d", "ready")).toBeVisible({ timeout: 90_000 });
	await expect(range.action("Add machine…")).toBeVisible({ timeout: 90_000 });
	expect(await cli("exec", "lab", "d", "--", "cat", "/state")).toBe("saved\n");

	const after = JSON.parse(await cli("inspect", "lab", "--format", "json")) as Inspected;
	expect(after.machines.map(({ name }) => name)).toEqual(["a", "b", "c", "d"]);
	expect(after.machines.slice(0, 2)).toEqual(before.machines);
	await cli("destroy", "lab", "--yes");
	// Others begin with an empty library.
	await cli("library", "delete", "clean-a", "--yes");
});
