import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "../fixtures/app.ts";
import { Dock } from "../pages/dock.ts";
import { RangePage } from "../pages/range-page.ts";

/** A range behind a router machine in the real window: the router's card and shell, and the internet switched live. */

const blueprint = `
blueprint: 1
name: routed-lab
networks:
  lan: { subnet: 10.0.1.0/24 }
  dmz: { subnet: 10.0.2.0/24, gateway: 10.0.2.254 }
  vault: { subnet: 10.0.3.0/24, isolated: true }
routes: [{ from: lan, to: dmz, ports: [80/tcp] }]
router: { image: homerange/router:1 }
machines:
  client: { image: homerange/busybox:1, nics: [{ network: lan }], command: [sleep, "100000"] }
  web: { image: homerange/busybox:1, nics: [{ network: dmz }], command: [httpd, -f, -p, "80", -h, /www], ready: { tcp: 80 } }
`;

test("shows the router, and switches a network's internet by keyboard", async ({ page, cli }) => {
	test.setTimeout(300_000);
	const folder = mkdtempSync(join(tmpdir(), "homerange-e2e-blueprint-"));
	const file = join(folder, "routed-lab.yaml");
	writeFileSync(file, blueprint);
	await cli("deploy", file, "--name", "routed");
	rmSync(folder, { recursive: true });
	const range = new RangePage(page, "routed");
	await range.open();
	await expect(range.machineInState("router", "running")).toHaveCount(2);
	expect(
		await cli("exec", "routed", "client", "--", "timeout", "5", "wget", "-q", "-O", "-", "http://10.0.2.1/"),
	).toContain("busybox");

	const toggle = page.getByRole("switch", { name: "Internet for lan" });
	await expect(page.getByRole("switch")).toHaveCount(2);
	await expect(toggle).not.toBeChecked();
	await toggle.focus();
	await page.keyboard.press("Space");
	await expect(toggle).toBeChecked({ timeout: 60_000 });
	await expect(toggle).toBeEnabled({ timeout: 60_000 });
	await page.screenshot({ path: test.info().outputPath("routed.png") });
	const shown = JSON.parse(await cli("inspect", "routed", "--format", "json")) as { networks: { internet: boolean }[] };
	expect(shown.networks.map(({ internet }) => internet)).toEqual([true, false, false]);

	await cli("network", "set", "routed", "lan", "--internet", "off");
	await expect(toggle).not.toBeChecked();
	await expect(new Dock(page).region).toBeVisible();
	await cli("destroy", "routed", "--yes");
});
