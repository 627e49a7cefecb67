import type { Locator, Page } from "@playwright/test";

export type Place = "Ranges" | "Machines" | "Library" | "Images" | "Events" | "Doctor" | "Settings";

/** The window's frame: places, palette, status bar, dialogs. */
export class Frame {
	readonly page: Page;
	readonly statusBar: Locator;
	readonly palette: Locator;
	/** The dialog that asks before something is destroyed. */
	readonly question: Locator;

	constructor(page: Page) {
		this.page = page;
		this.statusBar = page.getByRole("contentinfo", { name: "Status" });
		this.palette = page.getByRole("dialog").filter({ has: page.getByPlaceholder("Type what you want to do") });
		this.question = page.getByRole("alertdialog");
	}

	async goTo(place: Place): Promise<void> {
		await this.page.getByRole("navigation", { name: "Places" }).getByRole("link", { name: place }).click();
		await this.heading(place).waitFor();
	}

	heading(name: string | RegExp): Locator {
		return this.page.getByRole("heading", { level: 1, name });
	}

	/** Opens the palette by the key that works everywhere, types, and presses Enter. */
	async run(words: string): Promise<void> {
		await this.page.keyboard.press("Control+Shift+P");
		await this.palette.waitFor();
		await this.page.keyboard.type(words);
		await this.page.keyboard.press("Enter");
		await this.palette.waitFor({ state: "detached" });
	}
}
