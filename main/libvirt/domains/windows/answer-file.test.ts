import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isXmlText } from "../xml/escape.ts";
import { parseXml, type XmlElement } from "../xml/parse.ts";
import { type WindowsAnswers, windowsAnswerFile } from "./answer-file.ts";

const answers = (more: Partial<WindowsAnswers> = {}): WindowsAnswers => ({
	language: "en-US",
	computerName: "TRAINER-1",
	user: "trainee",
	password: "p<w>&\"'",
	acceptsLicence: true,
	...more,
});

function texts(element: XmlElement, name: string): string[] {
	const own = element.name === name ? [element.text.trim()] : [];
	return [...own, ...element.children.flatMap((each) => texts(each, name))];
}
const read = (more?: Partial<WindowsAnswers>) => parseXml(windowsAnswerFile(answers(more)), "test");

describe("Windows' answer file", () => {
	test("has the three passes and what they set", () => {
		const root = read({ productKey: "AAAAA-BBBBB-CCCCC-DDDDD-EEEEE", timeZone: "W. Europe Standard Time" });
		expect(root.children.map((pass) => pass.attributes.get("pass"))).toEqual(["windowsPE", "specialize", "oobeSystem"]);
		expect(texts(root, "ComputerName")).toEqual(["TRAINER-1"]);
		expect(texts(root, "TimeZone")).toEqual(["W. Europe Standard Time"]);
		expect(texts(root, "Key")).toEqual(["/IMAGE/NAME", "AAAAA-BBBBB-CCCCC-DDDDD-EEEEE"]);
		expect(texts(root, "InputLocale")).toEqual(["en-US", "en-US"]);
		expect(texts(root, "Path").join()).toContain("BypassNRO");
	});

	test("drivers are looked for in every drive, and installed at the first log-on", () => {
		const root = read({ hasVirtioDrivers: true });
		const paths = texts(root, "Path");
		expect(paths).toContain("E:\\viostor\\w11\\amd64");
		expect(paths).toContain("E:\\NetKVM\\w11\\amd64");
		expect(texts(root, "CommandLine")).toHaveLength(2);
		expect(texts(read(), "CommandLine")).toEqual([]);
		expect(texts(read(), "AutoLogon")).toEqual([]);
	});

	test("any password stands in the file as it is, and in no command line", { timeout: 30_000 }, () => {
		const password = fc
			.string({ unit: "grapheme-composite", minLength: 1, maxLength: 60 })
			.filter((text) => isXmlText(text) && !/[\t\r\n]/.test(text) && text.length <= 127);
		fc.assert(
			fc.property(password, (secret) => {
				const root = read({ password: `${secret}$marker`, hasVirtioDrivers: true });
				expect(texts(root, "Value").filter((value) => value.endsWith("$marker"))).toEqual(
					Array(2).fill(`${secret}$marker`.trim()),
				);
				expect([...texts(root, "CommandLine"), ...texts(root, "Path")].join()).not.toContain("$marker");
			}),
			{ numRuns: 30 },
		);
	});

	test.each([
		[{ user: "a&b|c" }, "These cannot stand in a user's name"],
		[{ user: "%USERNAME%" }, "These cannot stand in a user's name"],
		[{ user: "Administrator" }, "Windows has an account of that name."],
		[{ user: "x".repeat(21) }, "user"],
		[{ computerName: "a name" }, "at most 15 letters"],
		[{ computerName: "12345" }, "not only digits"],
		[{ password: "" }, "refuses accounts without a password"],
		[{ language: "english" }, "Write the language like en-US."],
		[{ keyboard: "qwerty" }, "Write the keyboard like"],
		[{ productKey: "12345" }, "five groups"],
		[{ acceptsLicence: false }, "licence terms have to be accepted"],
	])("%j is refused: %s", (more, message) => {
		expect(() => windowsAnswerFile({ ...answers(), ...more } as WindowsAnswers)).toThrow(message);
	});
});
