import type { Locator, Page } from "@playwright/test";
import { DeployPage } from "./deploy-page.ts";

/** What a blueprint changes in a range, and the button that does it. */
export class UpdatePage {
	readonly page: Page;
	readonly region: Locator;
	readonly updateButton: Locator;

	constructor(page: Page, range: string) {
		this.page = page;
		this.region = page.getByRole("region", { name: `Update ${range}`, exact: true });
		this.updateButton = this.region.getByRole("button", { name: "Update", exact: true });
	}

	async drop(name: string, text: string): Promise<void> {
		await new DeployPage(this.page).drop(name, text);
		await this.updateButton.waitFor({ timeout: 90_000 });
	}

	/** What differs in one part: "Networks", "Machines". */
	changes(part: string): Locator {
		return this.region.getByRole("list", { name: part }).getByRole("listitem");
	}
}
