import type { Locator, Page } from "@playwright/test";
import { Frame } from "./frame.ts";

/** The machines of all ranges, and the virtual machines that stand alone. */
export class MachinesPage {
	readonly page: Page;
	readonly region: Locator;

	constructor(page: Page) {
		this.page = page;
		this.region = page.getByRole("region", { name: "Machines", exact: true }).first();
	}

	async open(): Promise<void> {
		await new Frame(this.page).goTo("Machines");
	}

	row(name: string): Locator {
		return this.region.getByRole("row", { name, exact: true });
	}

	card(name: string): Locator {
		return this.region.getByRole("article", { name, exact: true });
	}

	async show(view: "Table" | "Cards"): Promise<void> {
		await this.region.getByRole("group", { name: "View" }).getByRole("button", { name: view }).click();
	}

	async openVm(name: string): Promise<VmPage> {
		await this.row(name).getByText(name, { exact: true }).click();
		const page = new VmPage(this.page, name);
		await page.region.waitFor();
		return page;
	}
}

/** One virtual machine. */
export class VmPage {
	readonly page: Page;
	readonly name: string;
	readonly region: Locator;

	constructor(page: Page, name: string) {
		this.page = page;
		this.name = name;
		this.region = page.getByRole("region", { name, exact: true });
	}

	state(word: string): Locator {
		return this.region.getByRole("heading", { level: 1 }).getByText(word, { exact: true });
	}

	action(name: string): Locator {
		return this.region.locator("header").getByRole("button", { name, exact: true });
	}

	async chooseInMenu(name: string): Promise<void> {
		await this.action(`Actions of ${this.name}`).click();
		await this.page.getByRole("menuitem", { name, exact: true }).click();
	}

	async showTab(name: string): Promise<Locator> {
		await this.region.getByRole("tab", { name }).click();
		const panel = this.region.getByRole("tabpanel", { name });
		await panel.waitFor();
		return panel;
	}
}
