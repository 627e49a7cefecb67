import { beforeEach, describe, expect, it } from "vitest";
import { cycleTab, openConsole, removeTab, tabTitle, tasksTab, useConsoles } from "./consoles.ts";

const web = { rangeId: "r", rangeName: "shop-1", machine: "web" } as const;

beforeEach(() => useConsoles.setState({ tabs: [], active: tasksTab, focusRequests: 0 }));

describe("console tabs", () => {
	it("open a shell each time, but a machine's screen once", () => {
		openConsole({ kind: "shell", ...web });
		openConsole({ kind: "shell", ...web });
		const screen = openConsole({ kind: "vnc", ...web });
		openConsole({ kind: "shell", ...web });
		expect(openConsole({ kind: "vnc", ...web })).toBe(screen);
		const { tabs, active } = useConsoles.getState();
		expect(tabs.map((tab) => tab.kind)).toEqual(["shell", "shell", "vnc", "shell"]);
		expect(active).toBe(screen);
		expect(tabs.map((tab) => tabTitle(tabs, tab))).toEqual(["web", "web 2", "web", "web 3"]);
	});

	it("give way to a neighbour when closed, and to the tasks at last", () => {
		const first = openConsole({ kind: "shell", ...web });
		const second = openConsole({ kind: "shell", ...web });
		removeTab(second);
		expect(useConsoles.getState().active).toBe(first);
		removeTab(first);
		expect(useConsoles.getState().active).toBe(tasksTab);
		removeTab("unknown");
		expect(useConsoles.getState().tabs).toEqual([]);
	});

	it("are cycled around both ends", () => {
		const only = openConsole({ kind: "shell", ...web });
		cycleTab(1);
		expect(useConsoles.getState().active).toBe(tasksTab);
		cycleTab(-1);
		expect(useConsoles.getState().active).toBe(only);
	});
});
