import { expect, test } from "vitest";
import { sha512Crypt } from "./sha512-crypt.ts";

// What `openssl passwd -6 -salt SALT PASSWORD` gives.
test.each([
	[
		"saltstring",
		"Hello world!",
		"$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1",
	],
	["a", "x", "$6$a$AvQLBHPFSbE4d9QOBrglBdXuv.jRoEFLHgWJlsZ6XhNHrxkMbotj9kAr0GGhdZ5XM6DM29/LJ9jZin3Aj8Tph0"],
	[
		"sixteencharsalt.",
		"a password that is longer than sixty-four bytes, to be hashed in more than one block",
		"$6$sixteencharsalt.$fMcQhzjSIsBTBKUu5qrXojdy6nnIE/.iD2IXC53lf5zpRxqcSH3giGOLs.g..U/FIUyW4PUgCtEcTY8wztw/r0",
	],
	["Zz./", "ö€😀", "$6$Zz./$w9nj7GO0f7lYGroCGOImd4rDhpUQCAPybkomuYB70y5.c18KzdEczGYF8wnJIRA5lyKExMPHAQw5aF6DAysHS."],
])("with the salt %s", (salt, password, expected) => {
	expect(sha512Crypt(password, salt)).toBe(expected);
});

test("two hashes of one password differ by their salts", () => {
	expect(sha512Crypt("x")).toMatch(/^\$6\$[./0-9A-Za-z]{16}\$[./0-9A-Za-z]{86}$/);
	expect(sha512Crypt("x")).not.toBe(sha512Crypt("x"));
});
