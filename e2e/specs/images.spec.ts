import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "../fixtures/app.ts";
import { takePictures } from "../fixtures/pictures.ts";
import { Frame } from "../pages/frame.ts";
import { answerFileDialogs, ImagesPage } from "../pages/images-page.ts";
import { LibraryPage } from "../pages/library-page.ts";

/** The image cache in the real window: an image is built, promoted, exported, deleted, imported, pruned. */

test.describe.configure({ mode: "serial" });

const tag = `homerange-e2e-${process.pid}:1`;
const dockerfile = `FROM homerange/busybox:1
LABEL org.opencontainers.image.title="A built shop"
EXPOSE 8080/tcp
RUN echo built with love > /built
`;

// What a failed test leaves.
test.afterAll(async ({ cli }) => {
	const { images } = JSON.parse(await cli("image", "list", "--format", "json")) as {
		images: { references?: string[] }[];
	};
	if (images.some(({ references }) => references?.includes(tag))) await cli("image", "delete", tag, "--force", "--yes");
});

test("lists what is on the engine, with what is shared and who uses it", async ({ page }) => {
	const images = new ImagesPage(page);
	await images.open();
	await expect(images.row("homerange/busybox:1")).toContainText("busybox");
	await takePictures(page, "images");
	await images.region.getByRole("searchbox").fill("homerange/busybox:1");
	await images.row("homerange/busybox:1").getByText("homerange/busybox:1").click();
	await expect(images.image("homerange/busybox:1").getByRole("link", { name: "base image busybox" })).toBeVisible();
	await expect(images.image("homerange/busybox:1").getByText(/own, .* shared/)).toBeVisible();
	await takePictures(page, "image");
});

test("builds an image from a folder and shows what the build prints", async ({ app, page }) => {
	test.setTimeout(240_000);
	const folder = mkdtempSync(join(tmpdir(), "homerange-e2e-recipe-"));
	writeFileSync(join(folder, "Dockerfile"), dockerfile);
	await answerFileDialogs(app.electron, folder);
	const images = new ImagesPage(page);
	await images.open();
	await images.actions.getByRole("button", { name: "Build…" }).click();
	const dialog = new LibraryPage(page).dialog("Build an image");
	await dialog.getByRole("button", { name: "Build", exact: true }).click();
	await expect(dialog.getByRole("alert")).toContainText("Write the name of an image.");
	await dialog.getByLabel("Name of the image").fill(tag);
	await dialog.getByLabel("Build without a network").check();
	await takePictures(page, "images-build-dialog");
	await dialog.getByRole("button", { name: "Build", exact: true }).click();
	await expect(page.getByRole("log")).toContainText("RUN echo built with love", { timeout: 90_000 });
	await expect(page.getByText(/^Done: /)).toBeVisible({ timeout: 90_000 });
	await takePictures(page, "images-build");
	rmSync(folder, { recursive: true });
	await images.open();
	await expect(images.row(tag)).toContainText("nobody");
});

test("promotes it to the library by a form that its own metadata filled in", async ({ page }) => {
	const images = new ImagesPage(page);
	await images.chooseInMenu(tag, "Promote to library…");
	const form = page.getByRole("form", { name: `Promote ${tag} to the library` });
	await expect(form.getByLabel("Title")).toHaveValue("A built shop");
	await expect(form.getByLabel("Ports")).toHaveValue("8080/tcp");
	await form.getByLabel("Name in a blueprint").fill("built-shop");
	await takePictures(page, "images-promote");
	await form.getByRole("button", { name: "Add to the library" }).click();
	const library = new LibraryPage(page);
	await expect(library.entry("built-shop").getByText("8080/tcp")).toBeVisible();
	await images.open();
	await expect(images.row(tag)).toContainText("built-shop");
});

test("exports it, deletes it in spite of its entry, and imports it again", async ({ app, page }) => {
	test.setTimeout(240_000);
	const file = join(app.data.path, "built.tar");
	await answerFileDialogs(app.electron, file);
	const images = new ImagesPage(page);
	await images.chooseInMenu(tag, "Export…");
	await expect.poll(() => existsSync(file), { timeout: 90_000 }).toBe(true);
	await images.chooseInMenu(tag, "Delete…");
	const { question } = new Frame(page);
	await expect(question.getByRole("listitem")).toContainText(["base image built-shop"]);
	await takePictures(page, "images-delete");
	await question.getByRole("button", { name: "Delete" }).click();
	await expect(images.row(tag)).toHaveCount(0);
	await expect(images.region.getByText(`${tag} is not there`)).toBeVisible();
	await takePictures(page, "images-missing");

	await images.actions.getByRole("button", { name: "Import…" }).click();
	await page.getByRole("menuitem", { name: "From a file…" }).click();
	const dialog = new LibraryPage(page).dialog("Import an image");
	await expect(dialog).toContainText(file);
	await dialog.getByRole("button", { name: "Import", exact: true }).click();
	await expect(images.row(tag)).toBeVisible({ timeout: 90_000 });
});

test("shows what a prune would remove, and cancels it by default", async ({ page, cli }) => {
	test.setTimeout(180_000);
	await cli("library", "delete", "built-shop", "--yes");
	const images = new ImagesPage(page);
	await images.open();
	await images.actions.getByRole("button", { name: "Prune…" }).click();
	const dialog = new LibraryPage(page).dialog("Prune images");
	await expect(dialog.getByRole("listitem").filter({ hasText: tag })).toHaveCount(1);
	await expect(dialog.getByRole("button", { name: "Cancel" })).toBeFocused();
	await takePictures(page, "images-prune");
	await page.keyboard.press("Enter");
	await expect(dialog).toHaveCount(0);
	await expect(images.row(tag)).toBeVisible();
	await images.chooseInMenu(tag, "Delete…");
	await new Frame(page).question.getByRole("button", { name: "Delete" }).click();
	await expect(images.row(tag)).toHaveCount(0);
});
