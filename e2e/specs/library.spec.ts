import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "../fixtures/app.ts";
import { takePictures } from "../fixtures/pictures.ts";
import { DeployPage } from "../pages/deploy-page.ts";
import { Frame } from "../pages/frame.ts";
import { answerFileDialogs } from "../pages/images-page.ts";
import { LibraryPage } from "../pages/library-page.ts";
import { RangePage } from "../pages/range-page.ts";

/** The library in the real window: base images of one's own, and snapshots from a machine to a new range. */

test.describe.configure({ mode: "serial" });

test("a base image is duplicated, edited, exported, deleted and imported again", async ({ app, page }) => {
	const file = join(app.data.path, "shop.yaml");
	const library = new LibraryPage(page);
	await library.open("Snapshots");
	await expect(library.region.getByText("No snapshots yet")).toBeVisible();
	await takePictures(page, "library-none");
	await library.open("Base images");
	await library.region.getByRole("searchbox").fill("no such thing");
	await expect(library.region.getByText("Nothing matches")).toBeVisible();
	await library.region.getByRole("button", { name: "Clear the filter" }).click();
	await takePictures(page, "library-templates");
	await library.openEntry("busybox");
	await takePictures(page, "library-template");

	await library.action("busybox", "Duplicate…").click();
	const duplicate = library.dialog("Duplicate busybox");
	await duplicate.getByLabel("Name of the copy").fill("Not A Name");
	await duplicate.getByRole("button", { name: "Duplicate" }).click();
	await expect(duplicate.getByRole("alert")).toContainText("use lower-case letters");
	await takePictures(page, "library-duplicate");
	await duplicate.getByLabel("Name of the copy").fill("shop");
	await page.keyboard.press("Enter");
	await library.entry("shop").waitFor();

	await library.action("shop", "Edit…").click();
	const form = page.getByRole("form", { name: "Edit shop" });
	await form.getByLabel("Title").fill("A shop of our own");
	await form.getByLabel("Memory").fill("lots");
	await form.getByRole("button", { name: "Save" }).click();
	await expect(form.getByText("Write a size, like 512MiB.")).toBeVisible();
	await form.getByLabel("Memory").fill("256 MiB");
	await form.getByLabel("Tags").fill("shop, mine");
	await form.getByLabel("Environment").fill("COLOR=blue");
	await form.getByLabel("Ready when").selectOption({ label: "A command succeeds in it" });
	await form.getByLabel("Probe").fill("true");
	await takePictures(page, "library-edit");
	await form.getByRole("button", { name: "Save" }).click();
	await expect(library.entry("shop").getByText("A shop of our own")).toBeVisible();
	await expect(library.entry("shop").getByText("COLOR=blue")).toBeVisible();
	await expect(library.entry("shop").getByText("“true” succeeds in it")).toBeVisible();

	await answerFileDialogs(app.electron, file);
	await library.action("shop", "Export…").click();
	await expect(page.getByText(`shop is exported to ${file}`)).toBeVisible();
	expect(readFileSync(file, "utf8")).toContain("A shop of our own");

	await library.action("shop", "Delete…").click();
	const { question } = new Frame(page);
	await expect(question).toContainText("Delete shop?");
	await page.keyboard.press("Enter");
	await expect(question).toHaveCount(0);
	await expect(library.entry("shop")).toBeVisible();
	await library.action("shop", "Delete…").click();
	await question.getByRole("button", { name: "Delete" }).click();
	await library.open("Base images");
	await expect(library.row("shop")).toHaveCount(0);

	await library.region.getByRole("button", { name: "Import a template…" }).click();
	await expect(library.entry("shop").getByText("A shop of our own")).toBeVisible();
	await library.open("Base images");
	await library.region.getByRole("combobox", { name: "Tag" }).selectOption("mine");
	await expect(library.region.getByRole("row")).toHaveCount(2);
	await library.show("Cards");
	await expect(library.region.getByRole("article", { name: "shop" })).toBeVisible();
	await library.region.getByRole("combobox", { name: "Tag" }).selectOption({ label: "Any tag" });
	await takePictures(page, "library-cards");
	await library.show("Table");
});

test("a machine and its range are saved, found with their lineage, and restored", async ({ page, cli }) => {
	test.setTimeout(600_000);
	await cli("deploy", "tiny", "--name", "lab");
	await cli("exec", "lab", "a", "--", "sh", "-c", "echo before > /state");
	const range = new RangePage(page, "lab");
	const library = new LibraryPage(page);
	await range.open();
	await takePictures(page, "range-with-snapshots");
	await range.machine("a").getByRole("button", { name: "Actions of a" }).click();
	await page.getByRole("menuitem", { name: "Snapshot…" }).click();
	const ofMachine = library.dialog("Take a snapshot of a");
	await ofMachine.getByLabel("Name").fill("clean-a");
	await ofMachine.getByLabel("Description").fill("Before anything was done");
	await ofMachine.getByLabel("Tags").fill("clean");
	await takePictures(page, "snapshot-machine");
	await ofMachine.getByRole("button", { name: "Take the snapshot" }).click();
	await expect(page.getByText("Done: Snapshot a of lab as clean-a")).toBeVisible({ timeout: 90_000 });

	await range.action("Snapshot…").click();
	const ofRange = library.dialog("Take a snapshot of lab");
	await ofRange.getByLabel("Name").fill("monday");
	await page.keyboard.press("Enter");
	await expect(page.getByText("Done: Snapshot lab as monday")).toBeVisible({ timeout: 120_000 });

	await library.open("Snapshots");
	await expect(library.row("clean-a")).toContainText("a, lab");
	await expect(library.row("monday")).toContainText("Whole range");
	await takePictures(page, "library-snapshots");
	await library.openEntry("clean-a");
	const lineage = library.entry("clean-a").getByRole("list", { name: "What came from what" });
	await expect(lineage.getByRole("link", { name: "busybox" })).toBeVisible();
	await expect(library.entry("clean-a").getByText(/own, .* shared/)).toBeVisible();
	await takePictures(page, "library-snapshot");
	await library.open("Snapshots");
	await library.openEntry("monday");
	await takePictures(page, "library-range-snapshot");

	await cli("exec", "lab", "a", "--", "sh", "-c", "echo after > /state");
	await range.open();
	await range.chooseInMenu("Restore…");
	const restore = library.dialog("Restore lab");
	await expect(restore).toContainText("Everything written since the snapshot is lost");
	await expect(restore.getByRole("button", { name: "Cancel" })).toBeFocused();
	await takePictures(page, "restore-range");
	await restore.getByRole("button", { name: "Restore" }).click();
	await expect(page.getByText("Done: Restore lab from monday")).toBeVisible({ timeout: 300_000 });
	expect(await cli("exec", "lab", "a", "--", "cat", "/state")).toBe("before\n");
});

test("a range is deployed from a snapshot, which then cannot be deleted", async ({ page, cli }) => {
	test.setTimeout(480_000);
	const library = new LibraryPage(page);
	await library.open("Snapshots");
	await library.openEntry("monday");
	await library.action("monday", "Deploy…").click();
	const deploy = new DeployPage(page);
	await deploy.waitForPreview();
	await deploy.setName("copy");
	await expect(deploy.deployButton).toBeEnabled();
	await deploy.deployButton.click();
	await expect(page.getByText("copy is deployed")).toBeVisible({ timeout: 240_000 });
	expect(await cli("exec", "copy", "a", "--", "cat", "/state")).toBe("before\n");

	await library.open("Snapshots");
	await library.openEntry("monday");
	await expect(library.entry("monday").getByRole("link", { name: /range copy, machine a/ })).toBeVisible();
	await library.action("monday", "Delete…").click();
	const { question } = new Frame(page);
	await expect(question).toContainText("monday is in use");
	await expect(question.getByRole("listitem").filter({ hasText: "range copy, machine a" })).toHaveCount(1);
	await takePictures(page, "library-in-use");
	await question.getByRole("button", { name: "Close" }).click();
	await cli("destroy", "copy", "--yes");
	await cli("destroy", "lab", "--yes");
	await expect(library.entry("monday").getByText("Nobody uses it.")).toBeVisible();
	await library.action("monday", "Delete…").click();
	await question.getByRole("button", { name: "Delete" }).click();
	await expect(library.row("monday")).toHaveCount(0);
	await library.openEntry("clean-a");
	await library.action("clean-a", "Delete…").click();
	await question.getByRole("button", { name: "Delete" }).click();
	await expect(library.region.getByText("No snapshots yet")).toBeVisible();
});
