import { describe, expect, it } from "vitest";
import type { HostDevice } from "../../contract/hypervisor.ts";
import { deviceGroups, isGroupChosen, toggleGroup } from "./device-groups.ts";

const device = (address: string, iommuGroup: number | null, over: Partial<HostDevice> = {}): HostDevice => ({
	address,
	title: "graphics 10de:1b81",
	category: "display",
	driver: null,
	iommuGroup,
	groupMembers: [],
	usable: true,
	reason: null,
	...over,
});
const bridge = { category: "bridge", usable: false, reason: "a bridge stays with the host" };

describe("deviceGroups", () => {
	it("puts devices into their groups, and asks for all of one but its bridges", () => {
		const groups = deviceGroups([
			device("0000:02:00.0", 12),
			device("0000:01:00.0", 3),
			device("0000:00:01.0", 3, bridge),
			device("0000:01:00.1", 3),
		]);
		expect(groups.map(({ id, addresses }) => ({ id, addresses }))).toEqual([
			{ id: 3, addresses: ["0000:01:00.0", "0000:01:00.1"] },
			{ id: 12, addresses: ["0000:02:00.0"] },
		]);
		expect(groups[0]?.devices).toHaveLength(3);
	});

	it("offers no group that has nothing to give, is not safe, or is none", () => {
		const [nothing, unsafe, none] = deviceGroups([
			device("0000:00:01.0", 1, bridge),
			device("0000:01:00.0", 2),
			device("0000:01:00.1", 2, { usable: false, reason: "it cannot be split" }),
			device("0000:02:00.0", null),
		]);
		expect(nothing).toMatchObject({ addresses: [], reasons: ["a bridge stays with the host"] });
		expect(unsafe).toMatchObject({ addresses: [], reasons: ["it cannot be split"] });
		expect(none).toMatchObject({ id: null, addresses: [] });
	});

	it("says what to mind once for the whole group", () => {
		const [group] = deviceGroups(["0", "1"].map((last) => device(`0000:01:00.${last}`, 3, { reason: "a laptop" })));
		expect(group?.reasons).toEqual(["a laptop"]);
	});
});

it("a group is chosen and left as a whole", () => {
	const [first, second] = deviceGroups([device("a", 1), device("b", 1), device("c", 2)]);
	if (first === undefined || second === undefined) throw new Error("two groups were expected");
	const chosen = toggleGroup(first, ["c"]);
	expect(chosen).toEqual(["c", "a", "b"]);
	expect(isGroupChosen(first, chosen)).toBe(true);
	expect(isGroupChosen(first, ["a"])).toBe(false);
	expect(toggleGroup(first, chosen)).toEqual(["c"]);
	expect(isGroupChosen(second, chosen)).toBe(true);
});
