import type { Locator, Page } from "@playwright/test";
import { Frame } from "./frame.ts";

/** Choosing a blueprint, its preview, and the progress of its deploy. */
export class DeployPage {
	readonly page: Page;
	readonly options: Locator;
	readonly deployButton: Locator;

	constructor(page: Page) {
		this.page = page;
		this.options = page.getByRole("form", { name: "Deploy options" });
		this.deployButton = this.options.getByRole("button", { name: /^Deploy/ });
	}

	async open(): Promise<void> {
		await new Frame(this.page).goTo("Ranges");
		await this.page.getByRole("button", { name: "Deploy a blueprint" }).first().click();
		await this.page.getByRole("heading", { level: 1, name: "Deploy a blueprint" }).waitFor();
	}

	/** Shows the preview of a blueprint that ships with the app. */
	async choose(title: string): Promise<void> {
		await this.page.getByRole("button", { name: title, exact: true }).click();
		await this.waitForPreview();
	}

	/** The first preview on an engine tries the isolation profiles out, which takes its time. */
	async waitForPreview(): Promise<void> {
		await this.options.waitFor({ timeout: 90_000 });
	}

	/** Drops a file on the window, as from a file manager. */
	async drop(name: string, text: string): Promise<void> {
		const transfer = await this.page.evaluateHandle(
			([file, content]) => {
				const data = new DataTransfer();
				data.items.add(new File([content], file));
				return data;
			},
			[name, text] as const,
		);
		await this.page.dispatchEvent("body", "dragover", { dataTransfer: transfer });
		await this.page.getByText("Drop to preview this blueprint").waitFor();
		await this.page.dispatchEvent("body", "drop", { dataTransfer: transfer });
	}

	/** A network of the preview. */
	network(name: string): Locator {
		return this.page.getByRole("article", { name });
	}

	/** The list of what is wrong with the blueprint. */
	errors(): Locator {
		return this.page.getByRole("region", { name: /^This blueprint has/ }).getByRole("listitem");
	}

	async setCopies(copies: number): Promise<void> {
		await this.options.getByLabel("Copies").fill(String(copies));
	}

	async setName(name: string): Promise<void> {
		await this.options.getByLabel("Name").fill(name);
	}
}
