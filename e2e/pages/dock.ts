import { expect, type Locator, type Page } from "@playwright/test";

/** The dock of consoles and tasks. */
export class Dock {
	readonly page: Page;
	readonly region: Locator;
	readonly tabs: Locator;

	constructor(page: Page) {
		this.page = page;
		this.region = page.getByRole("region", { name: "Consoles and tasks" });
		this.tabs = this.region.getByRole("tab");
	}

	tab(name: string): Locator {
		return this.region.getByRole("tab", { name, exact: true });
	}

	async closeTab(machine: string): Promise<void> {
		await this.region
			.getByRole("button", { name: `Close the console of ${machine}` })
			.first()
			.click();
	}
}

/** A console of a machine in the dock. */
export class Console {
	readonly page: Page;
	readonly view: Locator;
	/** Its connection's state in words. */
	readonly state: Locator;

	constructor(page: Page, kind: "shell" | "vnc" | "logs" | "serial", machine: string) {
		this.page = page;
		this.view = page.locator(`[data-console=${kind}][data-machine="${machine}"][aria-hidden=false]`);
		this.state = this.view.locator("[data-console-state]");
	}

	async waitUntilOpen(): Promise<void> {
		await expect(this.state).toHaveAttribute("data-console-state", "open", { timeout: 30_000 });
	}

	/** The text on the terminal's screen. */
	rows(): Locator {
		return this.view.locator(".xterm-rows");
	}

	async type(line: string): Promise<void> {
		await this.view.locator(".xterm-screen").click();
		await this.page.keyboard.type(`${line}\n`);
	}

	canvas(): Locator {
		return this.view.locator("canvas");
	}

	/** How many colours the screen's picture has, and a checksum of it: enough to tell blank from drawn, and before from after. */
	picture(): Promise<{ colours: number; sum: number }> {
		return this.canvas().evaluate((canvas) => {
			if (!(canvas instanceof HTMLCanvasElement)) throw new Error("the screen is no canvas");
			const pixels = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data;
			if (pixels === undefined) throw new Error("the screen has no picture");
			const colours = new Set<number>();
			let sum = 0;
			const words = new Uint32Array(pixels.buffer);
			for (const word of words) {
				colours.add(word);
				sum = (Math.imul(sum, 31) + word) | 0;
			}
			return { colours: colours.size, sum };
		});
	}
}
