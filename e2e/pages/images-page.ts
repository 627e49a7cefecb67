import type { ElectronApplication, Locator, Page } from "@playwright/test";
import { Frame } from "./frame.ts";

/** The image cache, and the page of one image. */
export class ImagesPage {
	readonly page: Page;
	readonly region: Locator;
	readonly actions: Locator;

	constructor(page: Page) {
		this.page = page;
		this.region = page.getByRole("region", { name: "Images", exact: true });
		this.actions = this.region.locator("header");
	}

	async open(): Promise<void> {
		await new Frame(this.page).goTo("Images");
	}

	row(name: string): Locator {
		return this.region.getByRole("row", { name, exact: true });
	}

	/** The page of one image. */
	image(name: string): Locator {
		return this.page.getByRole("region", { name, exact: true });
	}

	async chooseInMenu(image: string, entry: string): Promise<void> {
		await this.row(image)
			.getByRole("button", { name: `Actions of ${image}` })
			.click();
		await this.page.getByRole("menuitem", { name: entry }).click();
	}
}

/** Answers the system's dialogs that ask for a path: nobody is there to choose one. */
export async function answerFileDialogs(electron: ElectronApplication, path: string): Promise<void> {
	await electron.evaluate(({ dialog }, chosen) => {
		dialog.showOpenDialog = async () => ({ canceled: false, filePaths: [chosen] });
		dialog.showSaveDialog = async () => ({ canceled: false, filePath: chosen });
	}, path);
}
