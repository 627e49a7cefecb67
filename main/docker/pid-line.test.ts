import fc from "fast-check";
import { expect, test } from "vitest";
import { PidLine } from "./pid-line.ts";

function feed(text: string, sizes: number[]): { pid: number | null; rest: string } {
	const line = new PidLine();
	const out: Buffer[] = [];
	const bytes = Buffer.from(text);
	let at = 0;
	for (const size of [...sizes, bytes.length]) {
		out.push(line.push(bytes.subarray(at, at + size)));
		at += size;
	}
	out.push(line.flush());
	return { pid: line.pid, rest: Buffer.concat(out).toString() };
}

test("the line is taken out, whatever its pieces and whatever follows", () => {
	fc.assert(
		fc.property(
			fc.integer({ min: 1, max: 4_194_304 }),
			fc.boolean(),
			fc.string(),
			fc.array(fc.nat(9)),
			(pid, tty, rest, sizes) => {
				const well = Buffer.from(rest).toString();
				expect(feed(`homerange-pid:${pid}${tty ? "\r" : ""}\n${well}`, sizes)).toEqual({ pid, rest: well });
			},
		),
	);
});

test.each([
	"",
	"\n",
	"hello\n",
	"homerange-pid:\nx",
	"homerange-pid:0\n",
	"homerange-pid:12x\n",
	"homerange-pid:99999999999999\n",
	"homerange-pid:1",
])("anything else passes unchanged: %j", (text) => {
	expect(feed(text, [3])).toEqual({ pid: null, rest: text });
});
