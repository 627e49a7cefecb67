import type { Locator, Page } from "@playwright/test";
import { Frame } from "./frame.ts";

/** The library: its two tabs, and the page of an entry. */
export class LibraryPage {
	readonly page: Page;
	readonly region: Locator;

	constructor(page: Page) {
		this.page = page;
		this.region = page.getByRole("region", { name: "Library", exact: true });
	}

	async open(tab: "Snapshots" | "Base images"): Promise<void> {
		await new Frame(this.page).goTo("Library");
		await this.region.getByRole("tab", { name: tab }).click();
		await this.region.getByRole("tabpanel", { name: tab }).waitFor();
	}

	row(name: string): Locator {
		return this.region.getByRole("row", { name, exact: true });
	}

	/** The page of one entry. */
	entry(name: string): Locator {
		return this.page.getByRole("region", { name, exact: true });
	}

	async openEntry(name: string): Promise<void> {
		await this.row(name).getByText(name, { exact: true }).click();
		await this.entry(name).waitFor();
	}

	/** A button of the entry's page. */
	action(entry: string, name: string): Locator {
		return this.entry(entry).locator("header").getByRole("button", { name, exact: true });
	}

	/** The form that is open over the page. */
	dialog(name: string): Locator {
		return this.page.getByRole("dialog", { name });
	}

	async show(view: "Table" | "Cards"): Promise<void> {
		await this.region.getByRole("group", { name: "View" }).getByRole("button", { name: view }).click();
	}
}
