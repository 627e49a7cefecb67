import { expect, test } from "../fixtures/app.ts";
import { DeployPage } from "../pages/deploy-page.ts";
import { Console, Dock } from "../pages/dock.ts";
import { Frame } from "../pages/frame.ts";
import { RangePage } from "../pages/range-page.ts";

/** Deploying in the real window: what is refused, what is cancelled, copies at once, and all of it by the keyboard. */

const bad = `blueprint: 1
name: broken
networks:
  lan: { subnet: 10.0.1.0/24 }
machines:
  web:
    image: homerange/busybox:1
    nics: [{ network: lan, ip: 10.9.9.9 }]
    privileged: true
`;

test("refuses a bad blueprint, with every error at its line", async ({ page, cli }) => {
	const deploy = new DeployPage(page);
	await deploy.open();
	await deploy.drop("broken.yaml", bad);
	await expect(page.getByRole("heading", { name: "This blueprint has 2 errors" })).toBeVisible();
	const outside = deploy.errors().filter({ hasText: "10.9.9.9" });
	await expect(outside).toContainText("8:");
	await expect(outside.locator("pre")).toContainText("nics: [{ network: lan, ip: 10.9.9.9 }]");
	await expect(deploy.errors().filter({ hasText: "privileged" }).locator("pre")).toContainText("privileged: true");
	await expect(deploy.deployButton).toHaveCount(0);
	expect(JSON.parse(await cli("list", "--format", "json"))).toEqual([]);
});

test("checks the range's name while it is typed", async ({ page }) => {
	const deploy = new DeployPage(page);
	await deploy.open();
	await deploy.drop("absent.yaml", bad.replace("10.9.9.9", "10.0.1.9").replace("    privileged: true\n", ""));
	await deploy.waitForPreview();
	await expect(deploy.network("lan")).toContainText("10.0.1.9");
	await deploy.setName("Not A Name");
	await expect(deploy.options.getByRole("alert")).toContainText("lower-case");
	await expect(deploy.deployButton).toBeDisabled();
});

test("deploys copies at once with the same addresses, which do not reach each other", async ({ page, cli }) => {
	test.setTimeout(300_000);
	const deploy = new DeployPage(page);
	await deploy.open();
	await deploy.choose("Tiny");
	await deploy.setCopies(2);
	await deploy.options.getByRole("button", { name: "Deploy 2 copies" }).click();
	await expect(page.getByText("2 of 2 done")).toBeVisible({ timeout: 120_000 });

	const names = ["tiny-1", "tiny-2"] as const;
	await new Frame(page).goTo("Machines");
	await expect(page.getByRole("grid", { name: "Machines" }).getByText("10.0.1.11")).toHaveCount(2);

	const page80 = (range: string): Promise<string> =>
		cli("exec", range, "a", "--", "timeout", "5", "wget", "-O-", "http://10.0.1.11/who");
	for (const range of names) await cli("exec", range, "b", "--", "sh", "-c", `echo ${range} > /www/who`);
	for (const range of names) expect((await page80(range)).trim()).toBe(range);

	// Only the second copy's b is away: the first copy's b at the same address must not stand in for it.
	await cli("stop", "tiny-2", "b");
	await expect(page80("tiny-2")).rejects.toThrow();
	expect((await page80("tiny-1")).trim()).toBe("tiny-1");

	const frame = new Frame(page);
	await frame.goTo("Ranges");
	await page.getByLabel("Select all").check();
	await page.getByRole("button", { name: "Destroy…" }).click();
	await expect(frame.question).toContainText("Destroy 2 ranges?");
	await frame.question.getByRole("button", { name: "Destroy" }).click();
	await expect(page.getByRole("heading", { name: "No ranges yet" })).toBeVisible({ timeout: 90_000 });
});

test("deploys, opens a shell and destroys by the keyboard alone", async ({ page }) => {
	test.setTimeout(300_000);
	const frame = new Frame(page);
	await frame.run("deploy a blueprint");
	await frame.heading("Deploy a blueprint").waitFor();
	const tiny = page.getByRole("button", { name: "Tiny", exact: true });
	for (let presses = 0; presses < 30 && !(await tiny.evaluate((one) => one === document.activeElement)); presses++) {
		await page.keyboard.press("Tab");
	}
	await page.keyboard.press("Enter");
	const deploy = new DeployPage(page);
	await deploy.waitForPreview();
	for (let presses = 0; presses < 30; presses++) {
		if (await deploy.deployButton.evaluate((one) => one === document.activeElement)) break;
		await page.keyboard.press("Tab");
	}
	await page.keyboard.press("Enter");
	const range = new RangePage(page, "tiny-1");
	await expect(range.state("Running")).toBeVisible({ timeout: 120_000 });

	await frame.run("shell of a in tiny-1");
	const shell = new Console(page, "shell", "a");
	await shell.waitUntilOpen();
	await page.keyboard.type("echo by-$((20+2))-keys\n");
	await expect(shell.rows()).toContainText("by-22-keys");

	await frame.run("destroy tiny-1");
	await expect(frame.question.getByRole("button", { name: "Cancel" })).toBeFocused();
	await page.keyboard.press("Tab");
	await page.keyboard.press("Enter");
	await expect(page.getByRole("heading", { name: "This range is gone" })).toBeVisible({ timeout: 60_000 });
	await new Dock(page).closeTab("a");
});
