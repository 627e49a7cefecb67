import { expect, test } from "vitest";
import { withoutOverlap } from "./overlap.ts";

const cut = (log: string, stream: string) => withoutOverlap(Buffer.from(log), Buffer.from(stream)).toString();

test("what the stream brought as well leaves the log", () => {
	expect(cut("boot\nlogin: ", "login: ")).toBe("boot\n");
	expect(cut("boot\nlogin: ", "login: root")).toBe("boot\n");
});

test("a log that ends before the stream begins stays whole", () => {
	expect(cut("boot\n", "login: ")).toBe("boot\n");
	expect(cut("boot\n", "")).toBe("boot\n");
	expect(cut("", "login: ")).toBe("");
});

test("only the longest common piece leaves", () => {
	expect(cut("aaaa", "aa")).toBe("aa");
});
