import { join } from "node:path";
import { expect, test } from "../fixtures/app.ts";
import { Frame, type Place } from "../pages/frame.ts";

/** The window's looks and settings. The pictures are kept for people to look at. */

const pictures = join(import.meta.dirname, "..", "..", "artifacts", "window");
const places: readonly Place[] = ["Ranges", "Machines", "Library", "Images", "Events", "Doctor", "Settings"];

test("changes between light and dark at once, everywhere", async ({ page }) => {
	const frame = new Frame(page);
	const background = (): Promise<string> => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
	const seen = new Map<string, string>();
	for (const theme of ["Light", "Dark"] as const) {
		await frame.goTo("Settings");
		const choice = page.getByRole("group", { name: "Theme" }).getByRole("button", { name: theme });
		await choice.click();
		await expect(choice).toHaveAttribute("aria-pressed", "true");
		await expect
			.poll(() => page.evaluate(() => matchMedia("(prefers-color-scheme: dark)").matches))
			.toBe(theme === "Dark");
		seen.set(theme, await background());
		for (const place of places) {
			await frame.goTo(place);
			await page.screenshot({ path: join(pictures, `${place.toLowerCase()}-${theme.toLowerCase()}.png`) });
		}
	}
	expect(seen.get("Light")).not.toBe(seen.get("Dark"));
	await frame.run("switch between light and dark");
	await expect.poll(background).toBe(seen.get("Light"));
});

test("says what is wrong with a setting, and saves what is right", async ({ page, cli: _cli }) => {
	await new Frame(page).goTo("Settings");
	const save = page.getByRole("button", { name: "Save" });
	const pool = page.getByLabel("Outer address pool");
	await expect(save).toBeDisabled();
	const before = await pool.inputValue();
	await pool.fill("nowhere");
	await save.click();
	await expect(page.getByText("Write an IPv4 CIDR, like 172.30.0.0/16.")).toBeVisible();
	await pool.fill(before);
	await page.getByLabel("Lines kept for scrolling back").fill("12000");
	await save.click();
	await expect(page.getByText("Settings saved")).toBeVisible();
	await expect(save).toBeDisabled();
	await page.reload();
	await expect(page.getByLabel("Lines kept for scrolling back")).toHaveValue("12000");
});

test("shows every shortcut, and puts the keyboard into the search by /", async ({ page }) => {
	const frame = new Frame(page);
	await frame.run("keyboard shortcuts");
	const help = page.getByRole("dialog", { name: "Keyboard shortcuts" });
	await expect(help.getByText("Command palette", { exact: true })).toBeVisible();
	await page.keyboard.press("Escape");
	await expect(help).toHaveCount(0);
	await frame.goTo("Events");
	await page.keyboard.press("/");
	await expect(page.getByRole("searchbox", { name: "Search events" })).toBeFocused();
	await page.keyboard.type("no event has these words");
	await expect(page.getByRole("heading", { name: "No event matches" })).toBeVisible();
	await page.getByRole("button", { name: "Clear the filter" }).click();
	await expect(page.getByRole("searchbox", { name: "Search events" })).toHaveValue("");
	await expect(page.getByRole("heading", { name: "No event matches" })).toHaveCount(0);
});

test("folds the dock and the sidebar, and keeps that over a reload", async ({ page }) => {
	const frame = new Frame(page);
	await frame.run("show or hide the sidebar");
	await expect(page.getByRole("navigation", { name: "Places" })).toHaveCount(0);
	await page.reload();
	await expect(frame.statusBar).toBeVisible();
	await expect(page.getByRole("navigation", { name: "Places" })).toHaveCount(0);
	await frame.run("show or hide the sidebar");
	await expect(page.getByRole("navigation", { name: "Places" })).toBeVisible();
	await frame.run("tasks");
	await expect(page.getByRole("tab", { name: /Tasks/ })).toHaveAttribute("aria-selected", "true");
	await expect(page.getByRole("separator", { name: "Height of the dock" })).toBeVisible();
	await frame.run("show or hide the dock");
	await expect(page.getByRole("separator", { name: "Height of the dock" })).toHaveCount(0);
});
