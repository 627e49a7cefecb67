import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, launchApp, test, waitUntilReady } from "../fixtures/app.ts";
import { call } from "../fixtures/call.ts";
import { makeDataFolder } from "../fixtures/data-folder.ts";
import { electronPath, rootSwitches } from "../fixtures/electron-path.ts";

const repository = join(import.meta.dirname, "..", "..");

test("a menu entry does its action in the page", async ({ app, page }) => {
	const click = (id: string): Promise<void> =>
		app.electron.evaluate(({ Menu }, entry) => Menu.getApplicationMenu()?.getMenuItemById(entry)?.click(), id);
	await click("go.settings");
	await page.waitForURL("**#/settings**");
	await click("go.ranges");
	await page.waitForURL("**#/ranges**");
});

test("a reload of the window finds the same engine", async ({ page }) => {
	const before = await call(page, "/host/info", {});
	await page.reload();
	await waitUntilReady(page);
	expect(await call(page, "/host/info", {})).toEqual(before);
});

test("a second start shows its request in the first one's window and ends", async ({ app, page }) => {
	const file = join(app.data.path, "absent.yaml");
	const second = spawn(electronPath(), [...rootSwitches, repository, "--open", file], {
		env: app.data.env,
		stdio: "ignore",
	});
	const [code] = await once(second, "exit");
	expect(code).toBe(0);
	await page.waitForURL((address) => address.hash.startsWith("#/deploy?file=") && address.hash.includes("absent.yaml"));
});

test("the window comes back where it was and in its theme", async () => {
	await using data = makeDataFolder();
	const bounds = { x: 60, y: 40, width: 900, height: 640 };
	const first = await launchApp(data);
	await call(first.page, "/settings/set", { theme: "dark" });
	await expect.poll(() => first.electron.evaluate(({ nativeTheme }) => nativeTheme.themeSource)).toBe("dark");
	await first.electron.evaluate(
		({ BrowserWindow }, wanted) => BrowserWindow.getAllWindows()[0]?.setBounds(wanted),
		bounds,
	);
	await first.close();

	const second = await launchApp(data, { untilReady: false });
	const [actual, color] = await second.electron.evaluate(({ BrowserWindow }) => {
		const window = BrowserWindow.getAllWindows()[0];
		return [window?.getBounds(), window?.getBackgroundColor()] as const;
	});
	// Before the page has said anything: this is what is painted first.
	expect(color?.toLowerCase()).not.toMatch(/^#f/);
	expect(actual).toMatchObject({ width: bounds.width, height: bounds.height });
	await second.close();
});

test("the app takes the data folder over from a background engine", async () => {
	await using data = makeDataFolder();
	data.env.HOMERANGE_IDLE_SECONDS = "600";
	await data.cli("list", "--format", "json");
	const app = await launchApp(data);
	expect((await call(app.page, "/host/info", {})).body.json).toMatchObject({ kind: "app" });
	// The command line uses the app's engine now.
	expect(JSON.parse(await data.cli("list", "--format", "json"))).toEqual([]);
	await app.close();
});

test("an engine that cannot start says why in the window, and starts on the next try", async () => {
	await using data = makeDataFolder();
	const database = join(data.path, "homerange.sqlite");
	writeFileSync(database, "this is no database ".repeat(100));
	const app = await launchApp(data, { untilReady: false });
	await expect(app.page.getByText("The database cannot be used", { exact: false }).first()).toBeVisible({
		timeout: 30_000,
	});
	rmSync(database);
	await app.page.evaluate(() => (window as unknown as { homerange: { retryEngine(): void } }).homerange.retryEngine());
	await waitUntilReady(app.page);
	await app.close();
});

test("a page whose process dies comes back", async () => {
	await using data = makeDataFolder();
	const app = await launchApp(data);
	// Playwright gives a crashed page up, so the main process looks at the new one.
	const mark = await app.electron.evaluate(async ({ BrowserWindow }) => {
		const contents = BrowserWindow.getAllWindows()[0]?.webContents;
		const loaded = new Promise<void>((resolve) => contents?.once("did-finish-load", () => resolve()));
		contents?.forcefullyCrashRenderer();
		await loaded;
		return contents?.executeJavaScript(`new Promise((resolve) => {
			const root = document.documentElement;
			const look = () => root.dataset.homerange === "ready" && resolve("ready");
			new MutationObserver(look).observe(root, { attributes: true });
			look();
		})`);
	});
	expect(mark).toBe("ready");
	await app.close();
});
