import { parse } from "yaml";
import { z } from "zod";
import { HomerangeError } from "../../../../contract/errors.ts";
import { osFamily } from "../../../../contract/library.ts";
import { machineName } from "../../../../contract/ranges.ts";
import { formatSize, parseSize } from "../../../blueprint/quantities.ts";
import { diskBus, firmware, nicModel } from "../variables.ts";

const size = z.string().transform((text, context) => {
	const bytes = parseSize(text);
	if (bytes !== null) return bytes;
	context.addIssue(`"${text}" is no size. Write 512MiB.`);
	return z.NEVER;
});
const hardware = z
	.strictObject({ cpus: z.number().int().positive(), memory: size, disk: size })
	.transform(({ cpus, memory, disk }) => ({ cpus, memoryBytes: memory, diskBytes: disk }));
const prose = z.string().min(1).max(500);

/** Something that the user, or Homerange for the user, puts in before the first start. */
const medium = z.strictObject({
	name: machineName,
	kind: z.enum(["disk", "cdrom"]),
	required: z.boolean(),
	title: prose,
	note: prose,
});
export type TemplateMedium = z.output<typeof medium>;

/** What a template says about itself, in the file NAME.yaml beside its XML. */
const metadata = z
	.strictObject({
		"domain-template": z.literal(1),
		name: machineName,
		title: prose,
		description: prose,
		os: osFamily,
		xml: z.string().regex(/^[a-z0-9-]{1,60}\.xml$/),
		architectures: z.array(z.enum(["x86_64", "aarch64"])).min(1),
		acceleration: z.enum(["required", "advised"]),
		minimum: hardware,
		defaults: hardware,
		firmware: z.array(firmware).min(1),
		tpm: z.enum(["required", "allowed", "none"]),
		hostdevs: z.enum(["required", "allowed"]),
		bus: diskBus,
		nic: nicModel,
		"without-drivers": z.strictObject({ bus: diskBus, nic: nicModel }).optional(),
		video: z.array(z.string()).min(1),
		cpu: z.enum(["host", "own"]).default("host"),
		"one-socket": z.boolean().default(false),
		"smbios-serial": z.string().optional(),
		"apple-smc-key": z.literal("required").optional(),
		agent: z.boolean().default(true),
		media: z.array(medium).default([]),
		licence: prose.optional(),
		notes: z.array(prose).default([]),
	})
	.transform((data) => ({
		name: data.name,
		title: data.title,
		description: data.description,
		os: data.os,
		xml: data.xml,
		architectures: data.architectures,
		/** required: without KVM or HVF the guest does not start; advised: it is slow. */
		acceleration: data.acceleration,
		minimum: data.minimum,
		/** What a new machine gets when nobody says otherwise. */
		defaults: data.defaults,
		/** Which it runs with, best first. */
		firmware: data.firmware,
		tpm: data.tpm,
		hostdevs: data.hostdevs,
		bus: data.bus,
		nic: data.nic,
		/** Devices for a guest without virtio drivers; null: it always has them. */
		withoutDrivers: data["without-drivers"] ?? null,
		video: data.video,
		hasOwnCpu: data.cpu === "own",
		hasOneSocket: data["one-socket"],
		smbiosSerial: data["smbios-serial"] ?? null,
		needsAppleSmcKey: data["apple-smc-key"] === "required",
		hasAgent: data.agent,
		media: data.media,
		/** What the maker's licence asks of the user; null: nothing particular. */
		licence: data.licence ?? null,
		notes: data.notes,
	}));
export type TemplateMetadata = z.output<typeof metadata>;

/** Errors: `INPUT_INVALID`. */
export function parseMetadata(text: string, file: string): TemplateMetadata {
	let read: unknown;
	try {
		read = parse(text, { maxAliasCount: 0 });
	} catch (error) {
		throw unusable(file, error instanceof Error ? error.message : String(error));
	}
	const parsed = metadata.safeParse(read);
	if (!parsed.success) throw unusable(file, z.prettifyError(parsed.error));
	const { minimum, defaults } = parsed.data;
	for (const key of ["cpus", "memoryBytes", "diskBytes"] as const) {
		if (defaults[key] >= minimum[key]) continue;
		const told = key === "cpus" ? String(minimum.cpus) : formatSize(minimum[key]);
		throw unusable(file, `its defaults are below its own minimum of ${told}`);
	}
	return parsed.data;
}

function unusable(file: string, why: string): HomerangeError {
	return new HomerangeError("INPUT_INVALID", `The domain template ${file} cannot be used: ${why}`, { place: file });
}
