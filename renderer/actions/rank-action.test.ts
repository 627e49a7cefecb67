import { describe, expect, it } from "vitest";
import { rankAction } from "./rank-action.ts";

describe("rankAction", () => {
	it("puts the title's beginning before its middle, and both before a keyword", () => {
		const beginning = rankAction("Shell of web in shop-1\nid", "shell");
		const word = rankAction("Open shell-lab\nid", "shell");
		const keyword = rankAction("Open lab\nid", "shell", ["shells"]);
		expect(beginning).toBeGreaterThan(word);
		expect(word).toBeGreaterThan(keyword);
		expect(keyword).toBeGreaterThan(0);
	});

	it("wants every word", () => {
		expect(rankAction("Stop shop-1\nid", "shop stop")).toBeGreaterThan(0);
		expect(rankAction("Stop shop-1\nid", "stop shop-2")).toBe(0);
	});

	it("does not search ids, and does not guess", () => {
		expect(rankAction("Stop shop-1\nview.theme", "theme")).toBe(0);
		expect(rankAction("Switch between light and dark\nid", "shell")).toBe(0);
	});

	it("lets everything through while nothing is typed", () => {
		expect(rankAction("Stop shop-1\nid", "  ")).toBe(1);
	});
});
