import { expect, test } from "vitest";
import { webAddress } from "./web-address.ts";

test("takes http and https addresses in their normal form", () => {
	expect(webAddress("http://10.0.1.10:8080/a b")).toBe("http://10.0.1.10:8080/a%20b");
	expect(webAddress("HTTPS://Example.org")).toBe("https://example.org/");
});

test.each([
	"file:///etc/passwd",
	"javascript:alert(1)",
	"data:text/html,hello",
	"smb://host/share",
	"ssh://host",
	"vscode://file/etc/passwd",
	"app://homerange/index.html",
	"https://example.org@evil.test/",
	"https://:secret@evil.test/",
	"//example.org",
	"example.org",
	"http://",
	"-h",
	"",
])("refuses %s", (text) => {
	expect(webAddress(text)).toBeNull();
});
