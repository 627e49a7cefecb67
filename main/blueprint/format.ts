import { z } from "zod";
import { machineName } from "../../contract/ranges.ts";
import { formatLimits } from "./limits.ts";
import { durationPattern, parseDuration, parseSize, sizePattern, suggestSize } from "./quantities.ts";

/**
 * Blueprint format 1 as a schema: the shape and the spelling of every value, without
 * transforms, so that a JSON schema for editors can be made from it. What one value
 * says about another (addresses, names, cycles) is checked in check-*.ts.
 *
 * A message may carry a hint after a line break.
 */

type Raw = { input?: unknown };
const suggest = (input: unknown) =>
	(typeof input === "string" || typeof input === "number") && suggestSize(String(input));

const size = z
	.string({
		error: ({ input }: Raw) =>
			`A size needs a unit.\nWrite ${suggest(input) || "512MiB"}; units are B, KiB, MiB, GiB and TiB.`,
	})
	.regex(sizePattern, {
		error: ({ input }: Raw) =>
			`This is not a size.\nWrite ${suggest(input) || "512MiB"}; units are B, KiB, MiB, GiB and TiB.`,
	})
	.refine((text) => !sizePattern.test(text) || parseSize(text) !== null, "This size is larger than anything.")
	.meta({ examples: ["512MiB", "2GiB"] });

const duration = z
	.string({ error: "A duration needs a unit.\nWrite 500ms, 60s or 5m." })
	.regex(durationPattern, "This is not a duration.\nWrite 500ms, 60s or 5m.")
	.refine((text) => {
		const milliseconds = parseDuration(text);
		return milliseconds === null || (milliseconds >= 1 && milliseconds <= 24 * 3_600_000);
	}, "A duration lies between 1ms and 1440m.")
	.meta({ examples: ["500ms", "60s", "5m"] });

const named = machineName;

const line = (limit: number) =>
	z
		.string()
		.max(limit, `Use at most ${limit} characters.`)
		.regex(/^[^\0]*$/, "A NUL character cannot stand here.");

/** Text for people, shown in windows and terminals. */
const prose = (limit: number) =>
	z
		.string()
		.max(limit, `Use at most ${limit} characters.`)
		.regex(/^(?:[^\p{Cc}]|[\n\t])*$/u, "Control characters cannot stand here.");

/** Text that may be written as a bare number or boolean: `PORT: 8080`. It means what is written. */
const words = z.union([line(formatLimits.argumentLength), z.number(), z.boolean()]);

const command = z
	.array(words, {
		error: ({ input }: Raw) =>
			typeof input === "string"
				? 'A command is a list of words.\nWrite [word, word], or [sh, -c, "…"] for a shell\'s line.'
				: undefined,
	})
	.min(1, "A command has at least one word.")
	.max(formatLimits.arguments, `Use at most ${formatLimits.arguments} words.`);

const port = z.int("A port is a whole number.").min(1, "Ports begin with 1.").max(65_535, "Ports end with 65535.");

/** A map whose keys the author chooses. */
const mapOf = <V extends z.ZodType>(key: z.ZodString, value: V, limit: number) =>
	z.record(key, value).meta({ maxProperties: limit });

export const networkFormat = z.strictObject({
	subnet: z
		.string()
		.regex(
			/^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/,
			"This is not an IPv4 subnet.\nWrite an address and a length: 10.0.1.0/24.",
		)
		.meta({ examples: ["10.0.1.0/24"] }),
	gateway: z
		.string()
		.regex(/^\d{1,3}(\.\d{1,3}){3}$/, "This is not an IPv4 address.\nWrite four numbers: 10.0.1.1.")
		.describe("Default: the first host address of the subnet.")
		.optional(),
	internet: z.boolean().describe("Machines of this network reach the internet. Default: false.").optional(),
	isolated: z.boolean().describe("Nothing routes in or out, whatever `routes` says. Default: false.").optional(),
});

export const routeFormat = z.strictObject({
	from: z.string(),
	to: z.string(),
	ports: z
		.array(z.union([line(32), z.number()]))
		.max(formatLimits.portsPerRoute, `Use at most ${formatLimits.portsPerRoute} entries.`)
		.describe("Like 80/tcp, 8000-8080/udp, icmp. Absent: all.")
		.optional(),
});

export const nicFormat = z.strictObject({
	network: z.string(),
	ip: z
		.string()
		.regex(/^\d{1,3}(\.\d{1,3}){3}$/, "This is not an IPv4 address.\nWrite four numbers: 10.0.1.10.")
		.describe("Default: the next free one, the same at every deploy.")
		.optional(),
	mac: z
		.string({ error: 'A MAC is text.\nWrite it in quotes: "02:42:0a:00:01:0a".' })
		.regex(
			/^[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}$/,
			"This is not a MAC.\nWrite six pairs of hex digits with colons: 02:42:0a:00:01:0a.",
		)
		.describe("Default: 02:42 and the address in hex.")
		.optional(),
	default: z.boolean().describe("The default route goes through this card. Default: the first card.").optional(),
});

export const fileFormat = z.strictObject({
	path: line(1024),
	content: z
		.string()
		.max(formatLimits.fileContent, "Keep contents over 256 KiB in a file.\nName it by `source:`.")
		.optional(),
	source: line(1024).describe("A file beside the blueprint, relative to its folder.").optional(),
	mode: z
		.string({ error: 'A file mode is text, because YAML reads 0644 as a decimal number.\nWrite it in quotes: "0644".' })
		.regex(/^0?[0-7]{3}$/, 'This is not a file mode.\nWrite three octal digits in quotes: "0644".')
		.describe('Default: "0644".')
		.optional(),
});

export const readyFormat = z.strictObject({
	tcp: port.describe("This port accepts a connection.").optional(),
	http: z
		.union([line(1024), z.number()])
		.describe("Port and path, like 80/health; answers with a status below 400.")
		.optional(),
	exec: command.describe("This command ends with 0.").optional(),
	log: line(512).describe("A line of the machine's output matches this regular expression.").optional(),
	timeout: duration.describe("Default: 120s.").optional(),
});

const condition = z.enum(["started", "ready"]);

export const machineFormat = z.strictObject({
	template: z.string().describe("A machine template of the library.").optional(),
	snapshot: z.string().describe("A snapshot of the library.").optional(),
	image: z.string().describe("A container image.").optional(),
	provider: z.enum(["docker", "libvirt", "vagrant"]).describe("Default: the source's own.").optional(),
	hostname: z
		.string()
		.regex(
			/^[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(\.[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?){0,8}$/,
			"This is not a hostname.\nUse letters, digits and hyphens, no hyphen at either end, at most 63 characters.",
		)
		.max(63, "A hostname has at most 63 characters.")
		.describe("Default: the machine's name.")
		.optional(),
	nics: z
		.array(nicFormat)
		.min(1, "A machine has at least one network card.\nWrite nics: [{ network: NAME }].")
		.max(formatLimits.nics, `A machine has at most ${formatLimits.nics} network cards.`),
	cpus: z
		.number()
		.min(0.01, "A machine needs at least 0.01 of a CPU.")
		.max(256, "A machine has at most 256 CPUs.")
		.optional(),
	memory: size.optional(),
	disk: size.optional(),
	command: command.optional(),
	environment: mapOf(
		z
			.string()
			.regex(
				/^[A-Za-z_][A-Za-z0-9_.-]{0,127}$/,
				"This is not a name of a variable.\nUse letters, digits and underscores, and begin with no digit.",
			),
		words,
		formatLimits.environment,
	).optional(),
	files: z.array(fileFormat).max(formatLimits.files, `Use at most ${formatLimits.files} files.`).optional(),
	post_boot: z
		.array(line(formatLimits.argumentLength).min(1, "This line is empty."), {
			error: ({ input }: Raw) =>
				typeof input === "string" ? 'post_boot is a list of shell lines.\nWrite ["…"].' : undefined,
		})
		.max(formatLimits.commands, `Use at most ${formatLimits.commands} lines.`)
		.describe("Shell lines, run one after the other once the machine runs.")
		.optional(),
	ready: readyFormat.optional(),
	depends_on: z
		.union([z.array(z.string()).max(formatLimits.machines), mapOf(z.string(), condition, formatLimits.machines)])
		.describe("Machines that come first: a list (started), or a map of names to started or ready.")
		.optional(),
	console: z.strictObject({ vnc: port.optional(), serial: z.boolean().optional() }).optional(),
	labels: mapOf(
		z
			.string()
			.regex(
				/^[A-Za-z0-9]([A-Za-z0-9._/-]{0,126}[A-Za-z0-9])?$/,
				"This is not a name of a label.\nUse letters, digits, dots, hyphens and slashes.",
			),
		z.union([prose(4096), z.number(), z.boolean()]),
		formatLimits.labels,
	).optional(),
});

export const limitsFormat = z.strictObject({
	cpus: z
		.number()
		.min(0.1, "A range needs at least 0.1 of a CPU.")
		.max(1024, "A range has at most 1024 CPUs.")
		.describe("Default: 4.")
		.optional(),
	memory: size.describe("Default: 8GiB.").optional(),
	disk: size.optional(),
});

export const blueprintFormat = z.strictObject({
	blueprint: z.literal(1, "This version knows blueprint format 1 only.\nWrite blueprint: 1."),
	name: named,
	title: prose(200).optional(),
	description: prose(10_000).optional(),
	author: prose(200).optional(),
	tags: z.array(prose(64)).max(formatLimits.tags, `Use at most ${formatLimits.tags} tags.`).optional(),
	networks: mapOf(named, networkFormat, formatLimits.networks),
	routes: z.array(routeFormat).max(formatLimits.routes, `Use at most ${formatLimits.routes} routes.`).optional(),
	router: z.strictObject({ image: z.string() }).optional(),
	machines: mapOf(named, machineFormat, formatLimits.machines),
	limits: limitsFormat.optional(),
});

export type BlueprintFormat = z.infer<typeof blueprintFormat>;

const draftMachine = machineFormat.partial({ nics: true });
export type MachineFormat = z.infer<typeof draftMachine>;

/** A document while it is being checked: any part may be missing, because it was wrong or never there. */
export const draftFormat = blueprintFormat
	.partial()
	.extend({ machines: mapOf(named, draftMachine, formatLimits.machines).optional() });
export type Draft = z.infer<typeof draftFormat>;
