import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "../fixtures/app.ts";
import { takePictures } from "../fixtures/pictures.ts";
import { answerFileDialogs } from "../pages/images-page.ts";
import { LibraryPage } from "../pages/library-page.ts";

/** Offline bundles in the real window: one is made of a blueprint, shown, and installed where everything is here already. */

test("a bundle is created from a blueprint, shown, and installed", async ({ app, page }) => {
	test.setTimeout(480_000);
	const file = join(app.data.path, "class.bundle");
	await answerFileDialogs(app.electron, file);
	const library = new LibraryPage(page);
	await library.open("Base images");
	const choose = async (entry: string): Promise<void> => {
		await library.region.getByRole("button", { name: "Bundles" }).click();
		await page.getByRole("menuitem", { name: entry }).click();
	};
	await choose("Create a bundle…");
	const create = library.dialog("Create a bundle");
	await expect(create.getByRole("button", { name: "Choose the file…" })).toBeDisabled();
	await create.getByRole("checkbox", { name: "Tiny" }).check();
	await takePictures(page, "bundle-create");
	await create.getByRole("button", { name: "Choose the file…" }).click();
	await expect(page.getByText(`Done: Write the bundle ${file}`)).toBeVisible({ timeout: 240_000 });
	expect(existsSync(file)).toBe(true);

	await choose("Install a bundle…");
	const install = library.dialog("Install a bundle");
	await expect(install.getByText("Tiny", { exact: true })).toBeVisible();
	await expect(install.getByText("It is not signed.")).toBeVisible();
	await takePictures(page, "bundle-install");
	await install.getByRole("button", { name: "Install", exact: true }).click();
	await expect(page.getByText(`Done: Install the bundle ${file}`)).toBeVisible({ timeout: 240_000 });
});
