import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "../fixtures/app.ts";
import { RangePage } from "../pages/range-page.ts";

/** What is seen of one small range while it runs. */
test.describe.configure({ mode: "serial" });

const name = "e2e-watched";
const blueprint = `
blueprint: 1
name: watched
networks:
  lan: { subnet: 10.0.1.0/24 }
  vault: { subnet: 10.0.2.0/24, isolated: true }
machines:
  burner:
    image: homerange/busybox:1
    nics: [{ network: lan, ip: 10.0.1.10 }]
    command: [sh, -c, "while ping -c 1 -W 1 10.0.1.11; do i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; done"]
  quiet: { image: "homerange/busybox:1", nics: [{ network: lan, ip: 10.0.1.11 }], command: [sleep, "100000"] }
  safe: { image: "homerange/busybox:1", nics: [{ network: vault, ip: 10.0.2.10 }], command: [sleep, "100000"] }
limits: { cpus: 1, memory: 512MiB }
`;

test.beforeAll(async ({ app, cli }) => {
	test.setTimeout(240_000);
	const file = join(app.data.path, "watched.yaml");
	writeFileSync(file, blueprint);
	await cli("deploy", file, "--name", name);
});

test("machines say on their cards what they use, and the range beside its name", async ({ page }) => {
	const range = new RangePage(page, name);
	await range.open();
	const usage = (machine: string) => range.machine(machine).getByRole("list", { name: `What ${machine} uses` });
	await expect(usage("burner")).toContainText(/CPU [1-9]\d* %/);
	await expect(usage("quiet")).toContainText(/CPU 0 %Memory .*iB/);
	await expect(range.region.getByRole("list", { name: `What ${name} uses` })).toContainText("of 512 MiB");
});

test("a network is captured to a file that the person chose, wherever the window goes", async ({ app, page }) => {
	const file = join(app.data.path, "lan.pcap");
	await app.electron.evaluate(({ dialog }, filePath) => {
		dialog.showSaveDialog = async () => ({ canceled: false, filePath });
	}, file);
	const range = new RangePage(page, name);
	await range.region.getByRole("button", { name: "Capture the packets of lan to a file" }).click();
	await expect(range.region.getByText(/Capturing: [1-9]\d* packets?/)).toBeVisible();
	await page.getByRole("link", { name: "Events" }).click();
	await page.getByRole("contentinfo").getByRole("button", { name: "1 capture" }).click();
	await range.region.getByRole("button", { name: "Stop capturing lan" }).click();
	await expect(page.getByText(/Captured lan: \d+ packets/)).toBeVisible();
	expect(readFileSync(file).readUInt32LE(0)).toBe(0xa1b2c3d4);
	await expect(page.getByRole("contentinfo").getByText("1 capture")).toHaveCount(0);
});

test("the network test shows who reaches whom, and each finding in words", async ({ page }) => {
	test.setTimeout(180_000);
	const range = new RangePage(page, name);
	await range.region.getByRole("tab", { name: "Network test" }).click();
	await range.region.getByRole("button", { name: "Test the networks" }).click();
	const table = range.region.getByRole("table", { name: "Who reaches whom" });
	await expect(table).toBeVisible({ timeout: 120_000 });
	await expect(range.region.getByText(/^All \d+ probes are as the blueprint wants them\.$/)).toBeVisible();
	await expect(table.getByRole("button", { name: "burner to quiet: Reaches, as wanted" })).toBeVisible();
	const blocked = table.getByRole("button", { name: "burner to safe: Blocked, as wanted" });
	await blocked.focus();
	await page.keyboard.press("Enter");
	await expect(range.region.getByRole("list", { name: "Probes from burner to safe" })).toContainText(
		"lan/burner does not reach vault/safe by icmp, as wanted",
	);
});
