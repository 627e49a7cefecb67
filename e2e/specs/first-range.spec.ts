import { expect, test, waitUntilReady } from "../fixtures/app.ts";
import { DeployPage } from "../pages/deploy-page.ts";
import { Console, Dock } from "../pages/dock.ts";
import { Frame } from "../pages/frame.ts";
import { RangePage } from "../pages/range-page.ts";

/** One range from the first click to the last, in the real window: each test goes on where the one before ended. */
test.describe.configure({ mode: "serial" });

const name = "e2e-first";
/** Half a gigabyte of images goes into the range; a machine that does other work at the same time needs minutes. */
const deployLimitMs = 480_000;

test("deploys the shipped first range after a preview of what it makes", async ({ page }) => {
	test.setTimeout(deployLimitMs + 60_000);
	const deploy = new DeployPage(page);
	await deploy.open();
	await deploy.choose("First range");
	await expect(deploy.network("office")).toContainText("10.0.1.0/24");
	await expect(deploy.network("servers").getByRole("listitem").filter({ hasText: "web" })).toContainText("10.0.2.10");
	await deploy.setName(name);
	await deploy.deployButton.click();

	await new Frame(page).heading("Deploying").waitFor();
	await expect(page.getByRole("list", { name: "Steps" }).getByRole("listitem").first()).toBeVisible();

	const range = new RangePage(page, name);
	await expect(range.state("Running")).toBeVisible({ timeout: deployLimitMs });
	for (const machine of ["db", "web", "desktop"]) {
		await expect(range.machineInState(machine, "ready")).toBeVisible();
	}
	// Nothing tells when an attacker is ready: it has no probe.
	await expect(range.machineInState("attacker", "running")).toBeVisible();
	await expect(range.machine("attacker")).toContainText("10.0.1.66");
	await expect(page.getByRole("contentinfo")).toContainText("1 range running");
});

test("answers in a shell, which navigation and a reload of the window do not end", async ({ page }) => {
	const frame = new Frame(page);
	const shell = new Console(page, "shell", "attacker");
	await new RangePage(page, name).openConsole("Shell", "attacker");
	await shell.waitUntilOpen();
	await shell.type("here=$((6*7)); echo answer-$here");
	await expect(shell.rows()).toContainText("answer-42");
	await shell.type("printf 'gr\\303\\274n <b>bold</b>\\n'");
	await expect(shell.rows()).toContainText("grün <b>bold</b>");
	expect(await shell.rows().locator("b").count()).toBe(0);

	await frame.goTo("Machines");
	await frame.goTo("Events");
	await shell.type("echo still-$here");
	await expect(shell.rows()).toContainText("still-42");

	await page.reload();
	await waitUntilReady(page);
	await shell.waitUntilOpen();
	await expect(shell.rows()).toContainText("answer-42");
	await shell.type("echo again-$here");
	await expect(shell.rows()).toContainText("again-42");
});

test("says that a shell has ended, and starts it again", async ({ page }) => {
	const shell = new Console(page, "shell", "attacker");
	await shell.type("exit 3");
	await expect(shell.view.getByText("The shell has ended with code 3.")).toBeVisible();
	await shell.view.getByRole("button", { name: "Start again" }).click();
	await shell.waitUntilOpen();
	await shell.type("echo new-$((1+1))");
	await expect(shell.rows()).toContainText("new-2");
	await new Dock(page).closeTab("attacker");
	await expect(shell.view).toHaveCount(0);
});

test("shows a machine's screen, which reacts to keys", async ({ page }) => {
	await new RangePage(page, name).open();
	await new RangePage(page, name).openConsole("Screen", "desktop");
	const screen = new Console(page, "vnc", "desktop");
	await screen.waitUntilOpen();
	await expect.poll(async () => (await screen.picture()).colours, { timeout: 30_000 }).toBeGreaterThan(2);

	await screen.canvas().click();
	const before = await screen.picture();
	await page.keyboard.type("echo keys arrive");
	await expect.poll(async () => (await screen.picture()).sum, { timeout: 15_000 }).not.toBe(before.sum);

	await page.keyboard.press("Control+Shift+P");
	await expect(new Frame(page).palette).toBeVisible();
	await page.keyboard.press("Escape");
	await new Dock(page).closeTab("desktop");
});

test("stops and starts one machine, then the whole range", async ({ page }) => {
	test.setTimeout(480_000);
	const range = new RangePage(page, name);
	await range.machine("web").getByRole("button", { name: "Actions of web" }).click();
	await page.getByRole("menuitem", { name: "Stop" }).click();
	await expect(range.machineInState("web", "stopped")).toBeVisible({ timeout: 60_000 });
	await range.machine("web").getByRole("button", { name: "Actions of web" }).click();
	await page.getByRole("menuitem", { name: "Start" }).click();
	await expect(range.machineInState("web", "ready")).toBeVisible({ timeout: 60_000 });

	await range.action("Stop").click();
	await expect(range.state("Stopped")).toBeVisible({ timeout: 60_000 });
	await expect(range.machineInState("db", "stopped")).toBeVisible();
	await range.action("Start").click();
	await expect(range.state("Running")).toBeVisible({ timeout: 240_000 });
	await expect(range.machine("attacker")).toContainText("10.0.1.66");
});

test("destroys a range only after it was asked, with Cancel as the default", async ({ page, cli }) => {
	const range = new RangePage(page, name);
	const { question } = new Frame(page);
	await range.chooseInMenu("Destroy…");
	await expect(question).toContainText(`Destroy ${name}?`);
	await expect(question.getByRole("button", { name: "Cancel" })).toBeFocused();
	await page.keyboard.press("Enter");
	await expect(question).toHaveCount(0);
	await expect(range.state("Running")).toBeVisible();

	await range.chooseInMenu("Destroy…");
	await question.getByRole("button", { name: "Destroy" }).click();
	await expect(page.getByRole("heading", { name: "This range is gone" })).toBeVisible({ timeout: 60_000 });
	expect(JSON.parse(await cli("list", "--format", "json"))).toEqual([]);
	await new Frame(page).goTo("Events");
	await expect(page.getByRole("log").getByText(`Destroy ${name}: done.`).last()).toBeVisible();
});
