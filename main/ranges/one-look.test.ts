import { expect, test } from "vitest";
import { OneLook } from "./one-look.ts";

test("a thousand events while one is looked at cost one look more, for all of them", async () => {
	const looks = new OneLook<string>((first, second) => (first === "exited" ? first : second));
	const seen: string[] = [];
	const { promise: going, resolve: goOn } = Promise.withResolvers<void>();
	const look = async (what: string) => {
		seen.push(what);
		await going;
	};
	const first = looks.run("a", "started", look);
	for (let n = 0; n < 1000; n++) await looks.run("a", n === 500 ? "exited" : "started", look);
	const other = looks.run("b", "started", look);
	goOn();
	await Promise.all([first, other]);
	expect(seen).toEqual(["started", "started", "exited"]);
});

test("a look that fails lets the next one begin", async () => {
	const looks = new OneLook<number>((_, second) => second);
	await expect(looks.run("a", 1, () => Promise.reject(new Error("gone")))).rejects.toThrow("gone");
	let seen = 0;
	await looks.run("a", 2, async (what) => {
		seen = what;
	});
	expect(seen).toBe(2);
});
