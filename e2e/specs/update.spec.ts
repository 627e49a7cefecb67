import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "../fixtures/app.ts";
import { DeployPage } from "../pages/deploy-page.ts";
import { Frame } from "../pages/frame.ts";
import { RangePage } from "../pages/range-page.ts";
import { UpdatePage } from "../pages/update-page.ts";

/** Updating a range in the real window: what differs is shown, lost disks are asked about, the rest runs on. */

const tiny = readFileSync(join(import.meta.dirname, "..", "..", "templates", "blueprints", "tiny.yaml"), "utf8");
const changed = tiny
	.replace("networks:", "networks:\n  dmz: { subnet: 10.0.2.0/24 }")
	.replace("depends_on: [a] }", "environment: { COLOR: blue } }\n  c: { template: busybox, nics: [{ network: dmz }] }");

interface Inspected {
	machines: { name: string; engineId: string }[];
}

test("shows what differs, asks about the disk that is lost, and changes only that", async ({ page, cli }) => {
	test.setTimeout(400_000);
	await cli("deploy", "tiny", "--name", "lab");
	const ids = async (): Promise<Record<string, string>> => {
		const { machines } = JSON.parse(await cli("inspect", "lab", "--format", "json")) as Inspected;
		return Object.fromEntries(machines.map(({ name, engineId }) => [name, engineId]));
	};
	const before = await ids();
	const range = new RangePage(page, "lab");
	await range.open();
	await range.chooseInMenu("Update from blueprint…");
	const update = new UpdatePage(page, "lab");
	await update.drop("tiny.yaml", changed);
	await expect(update.changes("Networks")).toContainText(["dmz"]);
	await expect(update.changes("Machines")).toContainText(
		["c (dmz 10.0.2.2) is added", "Its disk is lost."].toReversed(),
	);
	await page.screenshot({ path: test.info().outputPath("update.png") });

	await update.updateButton.click();
	const { question } = new Frame(page);
	await expect(question).toContainText("Update lab and lose disks?");
	await page.screenshot({ path: test.info().outputPath("question.png") });
	await page.keyboard.press("Enter");
	await expect(question).toHaveCount(0);
	expect(await ids()).toEqual(before);

	await update.updateButton.click();
	await question.getByRole("button", { name: "Update" }).click();
	await expect(range.machineInState("c", "ready")).toBeVisible({ timeout: 120_000 });
	await expect(range.state("Running")).toBeVisible({ timeout: 60_000 });
	await page.screenshot({ path: test.info().outputPath("range.png") });
	const after = await ids();
	expect(after.a).toBe(before.a);
	expect(after.b).not.toBe(before.b);

	await range.chooseInMenu("Update from blueprint…");
	await new UpdatePage(page, "lab").region.getByRole("button", { name: "Back to the range" }).click();
	await expect(range.state("Running")).toBeVisible();
	await cli("destroy", "lab", "--yes");
});

test("a deploy that is warned of asks, and names what it is warned of", async ({ page, cli }) => {
	const deploy = new DeployPage(page);
	await deploy.open();
	await deploy.drop("tiny.yaml", tiny.replace("limits: {", "limits: { disk: 10GiB,"));
	await deploy.waitForPreview();
	await deploy.deployButton.click();
	const { question } = new Frame(page);
	await expect(question).toContainText("Deploy in spite of 1 warning?");
	await expect(question.getByRole("listitem")).toContainText("Disk limits of containers cannot be enforced");
	await page.keyboard.press("Escape");
	await expect(question).toHaveCount(0);
	expect(JSON.parse(await cli("list", "--format", "json"))).toEqual([]);
});
