import { z } from "zod";
import { parsed } from "../parsed.ts";
import { renderPart } from "../template/load.ts";
import { isXmlText } from "../xml/escape.ts";

/** Accounts that Windows has already. */
const reserved: ReadonlySet<string> = new Set([
	"administrator",
	"guest",
	"system",
	"defaultaccount",
	"wdagutilityaccount",
	"none",
]);

const text = (limit: number) =>
	z
		.string()
		.max(limit)
		.refine((value) => isXmlText(value) && !/[\t\r\n]/.test(value), "Control characters cannot stand here.");

export const windowsAnswers = z.strictObject({
	/** Language of the installation and of the system: the ISO's own. */
	language: z.string().regex(/^[a-z]{2,3}(-[A-Za-z]{4})?-[A-Z]{2}$/, "Write the language like en-US."),
	/** A keyboard: a language, or a layout's two numbers. Absent: the language's. */
	keyboard: z
		.string()
		.regex(
			/^([a-z]{2,3}(-[A-Za-z]{4})?-[A-Z]{2}|[0-9a-fA-F]{4}:[0-9a-fA-F]{8})$/,
			"Write the keyboard like de-DE or 0407:00000407.",
		)
		.optional(),
	/** Windows' own name of it, "W. Europe Standard Time". */
	timeZone: text(64).min(1).default("UTC"),
	computerName: z
		.string()
		.regex(
			/^(?!\d+$)[A-Za-z0-9]([A-Za-z0-9-]{0,13}[A-Za-z0-9])?$/,
			"Use at most 15 letters, digits and hyphens, not only digits.",
		),
	user: text(20)
		.regex(/^[^"/\\[\]:;|=,+*?<>@%]+$/, "These cannot stand in a user's name: \" / \\ [ ] : ; | = , + * ? < > @ %")
		.refine((name) => name.trim() === name && !/^\.+$/.test(name), "The name is blank, or has blanks or only dots.")
		.refine((name) => !reserved.has(name.toLowerCase()), "Windows has an account of that name."),
	/** Stands readable in the file, so the disk with it is taken out when the installation is done. */
	password: text(127).min(1, "Windows' remote access refuses accounts without a password."),
	/** Which of the ISO's editions, as the ISO names it. */
	edition: text(100).min(1).default("Windows 11 Pro"),
	/** Null: none, which makes it a trial. */
	productKey: z
		.string()
		.regex(/^([A-Z0-9]{5}-){4}[A-Z0-9]{5}$/, "A product key has five groups of five letters and digits.")
		.nullable()
		.default(null),
	/** The installation accepts Microsoft's licence terms in the user's name; the user has to have said so. */
	acceptsLicence: z.literal(
		true,
		"Microsoft's licence terms have to be accepted for an installation without questions.",
	),
	/** The virtio-win ISO is in another drive. */
	hasVirtioDrivers: z.boolean().default(false),
});
export type WindowsAnswers = z.input<typeof windowsAnswers>;

/** The name that Windows' installer looks for in the root folder of every drive. */
export const answerFileName = "autounattend.xml";

/** Drive letters that CD-ROMs get while Windows installs. */
const letters = [..."DEFGH"];
/** Folders of the virtio-win ISO with the drivers that the installer itself needs: disks and network. */
const drivers = ["viostor", "vioscsi", "NetKVM"];

/**
 * Windows 11's answer file: with it the installation asks nothing, wipes the first disk and ends with a local user.
 * No value of the user's comes into a command line. Errors: `INPUT_INVALID`.
 */
export function windowsAnswerFile(answers: WindowsAnswers): string {
	const checked = parsed(windowsAnswers, answers);
	const paths = checked.hasVirtioDrivers
		? letters.flatMap((letter) => drivers.map((driver) => `${letter}:\\${driver}\\w11\\amd64`))
		: [];
	return `${renderPart("windows-answers", {
		...checked,
		keyboard: checked.keyboard ?? checked.language,
		driverPaths: paths.map((path, index) => ({ path, number: index + 1 })),
	})}\n`;
}
