import { HomerangeError } from "../../contract/errors.ts";
import type {
	ImportTemplateRequest,
	Template,
	TemplateChange,
	TemplateFile,
	TemplateInput,
} from "../../contract/library.ts";
import type { RangeDetail } from "../../contract/ranges.ts";
import {
	blueprintInvalid,
	type MachineTemplate,
	parseTemplate,
	templateDocument,
	templateInputOf,
	writeTemplate,
} from "../blueprint/index.ts";
import type { AuditLog } from "../events/audit-log.ts";
import type { SnapshotStore } from "../snapshots/snapshot-store.ts";
import type { TemplateStore } from "./template-store.ts";
import { templateUsers, usersInWords } from "./users.ts";

export interface TemplatesDeps {
	readonly shipped: readonly MachineTemplate[];
	readonly store: TemplateStore;
	readonly snapshots: SnapshotStore;
	readonly events: AuditLog;
	ranges(): RangeDetail[];
}

/** What can be done with templates. The shipped ones are files of the product and stay as they are. */
export class Templates {
	readonly #deps: TemplatesDeps;

	constructor(deps: TemplatesDeps) {
		this.#deps = deps;
	}

	list(): Template[] {
		const { shipped, store } = this.#deps;
		const ranges = this.#deps.ranges();
		const all = new Map([...shipped.map((one) => [one.name, one] as const), ...store.all]);
		return [...all.values()].sort((a, b) => (a.name < b.name ? -1 : 1)).map((one) => this.#withUsers(one, ranges));
	}

	/** Errors: `TEMPLATE_NOT_FOUND`. */
	get(name: string): Template {
		return this.#withUsers(this.#find(name), this.#deps.ranges());
	}

	/** Errors: `NAME_TAKEN`, `BLUEPRINT_INVALID`. */
	create(input: TemplateInput, actor: string): Template {
		this.#refuseTaken(input.name);
		return this.#put(input, actor, "create");
	}

	/** Errors: `TEMPLATE_NOT_FOUND`, `FORBIDDEN` for a shipped one, `BLUEPRINT_INVALID`. */
	update(name: string, changes: TemplateChange, actor: string): Template {
		const present = templateInputOf(this.#own(name, "changed"));
		const named = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
		// Another kind or another image may be run by another provider: then the old one does not hold on to it.
		const { provider: _old, ...free } = present;
		const begin = changes.kind === undefined && changes.image === undefined ? present : free;
		return this.#put({ ...begin, ...named }, actor, "edit");
	}

	/** Errors: `TEMPLATE_NOT_FOUND`, `NAME_TAKEN`. */
	duplicate(name: string, copy: string, actor: string): Template {
		const input = templateInputOf(this.#find(name));
		this.#refuseTaken(copy);
		return this.#put({ ...input, name: copy }, actor, "create");
	}

	/** Errors: `TEMPLATE_NOT_FOUND`, `FORBIDDEN` for a shipped one, `IN_USE` with who uses it. */
	delete(name: string, actor: string): void {
		const { users } = this.#withUsers(this.#own(name, "deleted"), this.#deps.ranges());
		if (users.length > 0) {
			throw new HomerangeError("IN_USE", `The template ${name} is used by ${usersInWords(users)}.`, {
				remedy: "Destroy or delete those first.",
				place: name,
				detail: users.map(({ kind, name: user, machine }) => [kind, user, machine ?? ""].join(" ").trim()).join("\n"),
			});
		}
		this.#deps.store.remove(name);
		this.#record("delete", actor, `The template ${name} was deleted.`);
	}

	export(name: string): TemplateFile {
		return { file: `${name}.yaml`, text: writeTemplate(this.#find(name)) };
	}

	/** Errors: `BLUEPRINT_INVALID` with line and column, `NAME_TAKEN`. */
	import({ file, text, name }: ImportTemplateRequest, actor: string): Template {
		const { template, errors } = parseTemplate(text, file);
		if (template === null) throw blueprintInvalid(file, errors, "template");
		const input = templateInputOf(template);
		const wanted = name ?? input.name;
		this.#refuseTaken(wanted);
		return this.#put({ ...input, name: wanted }, actor, "import");
	}

	#put(input: TemplateInput, actor: string, what: "create" | "edit" | "import"): Template {
		const template = this.#deps.store.put(templateDocument(input));
		const verb = { create: "made", edit: "changed", import: "imported" }[what];
		this.#record(what, actor, `The template ${input.name} was ${verb}.`);
		return this.#withUsers(template, this.#deps.ranges());
	}

	#find(name: string): MachineTemplate {
		const { shipped, store } = this.#deps;
		const found = store.all.get(name) ?? shipped.find((one) => one.name === name);
		if (found !== undefined) return found;
		throw new HomerangeError("TEMPLATE_NOT_FOUND", `There is no template ${name}.`, {
			remedy: "List the library to see the names of its templates.",
			place: name,
		});
	}

	#own(name: string, what: string): MachineTemplate {
		const found = this.#find(name);
		if (!found.shipped) return found;
		throw new HomerangeError("FORBIDDEN", `The template ${name} comes with Homerange and cannot be ${what}.`, {
			remedy: "Duplicate it, and use the copy in its place.",
			place: name,
		});
	}

	#refuseTaken(name: string): void {
		const { shipped, store } = this.#deps;
		if (!store.all.has(name) && !shipped.some((one) => one.name === name)) return;
		throw new HomerangeError("NAME_TAKEN", `There is a template ${name} already.`, {
			remedy: "Choose another name.",
			place: name,
		});
	}

	#withUsers(template: MachineTemplate, ranges: RangeDetail[]): Template {
		return { ...template, users: templateUsers(template.name, ranges, this.#deps.snapshots.all()) };
	}

	#record(what: string, actor: string, message: string): void {
		this.#deps.events.record({ severity: "info", type: `template.${what}`, actor, message });
	}
}
