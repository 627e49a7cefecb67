import type { Locator, Page } from "@playwright/test";
import { Frame } from "./frame.ts";

/** One range: its state, its machines' cards, its actions. */
export class RangePage {
	readonly page: Page;
	readonly name: string;
	/** The page of this range, by its name. */
	readonly region: Locator;

	constructor(page: Page, name: string) {
		this.page = page;
		this.name = name;
		this.region = page.getByRole("region", { name, exact: true });
	}

	async open(): Promise<void> {
		const frame = new Frame(this.page);
		await frame.goTo("Ranges");
		await this.page.getByRole("row", { name: this.name, exact: true }).getByText(this.name, { exact: true }).click();
		await this.region.waitFor();
	}

	/** The header's word for the range's state. */
	state(word: string): Locator {
		return this.region.getByRole("heading", { level: 1 }).getByText(word, { exact: true });
	}

	/** The machine's card; with several networks the first one. */
	machine(name: string): Locator {
		return this.region.getByRole("article", { name, exact: true }).first();
	}

	machineInState(name: string, state: string): Locator {
		return this.region
			.locator(`article[data-state=${state}]`)
			.filter({ has: this.page.getByRole("heading", { name }) });
	}

	action(name: string): Locator {
		return this.region.locator("header").getByRole("button", { name, exact: true });
	}

	/** Chooses one of the actions that stand behind the header's three dots. */
	async chooseInMenu(name: string): Promise<void> {
		await this.action(`Actions of ${this.name}`).click();
		await this.page.getByRole("menuitem", { name, exact: true }).click();
	}

	async openConsole(kind: "Shell" | "Screen", machine: string): Promise<void> {
		await this.machine(machine)
			.getByRole("button", { name: `${kind} of ${machine}` })
			.click();
	}
}
