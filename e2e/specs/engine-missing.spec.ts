import { join } from "node:path";
import { expect, launchApp, test } from "../fixtures/app.ts";
import { makeDataFolder } from "../fixtures/data-folder.ts";
import { DeployPage } from "../pages/deploy-page.ts";
import { Frame } from "../pages/frame.ts";

test("with no Docker Engine the window says where it looked and what to do", async () => {
	await using data = makeDataFolder();
	const nowhere = "unix:///nonexistent/docker.sock";
	const app = await launchApp({ ...data, env: { ...data.env, DOCKER_HOST: nowhere } });
	try {
		const { page } = app;
		const frame = new Frame(page);
		await expect(frame.heading("No Docker Engine can be reached")).toBeVisible();
		const place = page.getByRole("listitem").filter({ hasText: nowhere });
		await expect(place).toContainText("DOCKER_HOST");
		await expect(place).toContainText("What to do");
		await expect(frame.statusBar).toContainText("No Docker Engine");

		await page.getByRole("button", { name: "Look again" }).click();
		await expect(page.getByRole("button", { name: "Look again" })).toBeEnabled();
		await expect(frame.heading("No Docker Engine can be reached")).toBeVisible();
		await page.screenshot({
			path: join(import.meta.dirname, "..", "..", "artifacts", "window", "engine-missing.png"),
		});

		await frame.run("deploy a blueprint");
		await expect(new DeployPage(page).deployButton).toHaveCount(0);
		await expect(frame.heading("No Docker Engine can be reached")).toBeVisible();
		await frame.goTo("Doctor");
		await expect(page.getByText("Failed", { exact: true }).first()).toBeVisible();
	} finally {
		await app.close();
	}
});
