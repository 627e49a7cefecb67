import { expect, test } from "vitest";
import { plainOutput } from "./plain-output.ts";

test.each([
	["\x1b[1;31mred\x1b[0m", "red"],
	["\x1b]0;a title\x07after", "after"],
	["\x1b]8;;http://example.test\x1b\\link\x1b]8;;\x1b\\", "link"],
	["\x1bP1$r\x1b\\\x1b(B\x1b=text", "text"],
	["one\r\ntwo\rthree\n", "one\ntwo\nthree\n"],
	["a\x00\x08b\tc", "ab\tc"],
	["safe\u202egnp.exe", "safegnp.exe"],
])("%j is %j", (text, plain) => expect(plainOutput(text)).toBe(plain));
