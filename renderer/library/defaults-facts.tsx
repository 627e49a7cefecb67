import type { MachineDefaults, Readiness } from "../../contract/library.ts";
import { Facts } from "../components/page.tsx";
import { formatBytes } from "../format/bytes.ts";
import { strings } from "../strings.ts";

const words = strings.library.details;

/** What makes a machine ready, in a sentence. */
export function readinessInWords(readiness: Readiness | null): string {
	if (readiness === null) return words.none;
	switch (readiness.kind) {
		case "tcp":
			return words.readinessOf.tcp(readiness.port);
		case "http":
			return words.readinessOf.http(readiness.port, readiness.path);
		case "exec":
			return words.readinessOf.exec(readiness.command.join(" "));
		case "log":
			return words.readinessOf.log(readiness.pattern);
	}
}

const sizeOr = (bytes: number | null): string => (bytes === null ? words.noLimit : formatBytes(bytes));

/** What a machine gets from an entry. */
export function DefaultsFacts({ defaults }: { defaults: MachineDefaults }) {
	const environment = Object.entries(defaults.environment);
	return (
		<Facts
			rows={[
				{ name: words.cpus, value: defaults.cpus ?? words.noLimit },
				{ name: words.memory, value: sizeOr(defaults.memoryBytes) },
				{ name: words.disk, value: sizeOr(defaults.diskBytes) },
				{
					name: words.consoles,
					value:
						defaults.consoles.length === 0
							? words.none
							: defaults.consoles.map((kind) => strings.consoles.kinds[kind]).join(", "),
				},
				{
					name: words.command,
					value:
						defaults.command === null ? (
							words.ofImage
						) : (
							<code className="font-mono text-sm">{defaults.command.join(" ")}</code>
						),
				},
				{
					name: words.environment,
					value:
						environment.length === 0 ? (
							words.none
						) : (
							<ul className="font-mono text-sm leading-5">
								{environment.map(([key, value]) => (
									<li key={key} className="break-all">
										{key}={value}
									</li>
								))}
							</ul>
						),
				},
				{ name: words.ports, value: defaults.ports.length === 0 ? words.none : defaults.ports.join(", ") },
				{ name: words.readiness, value: readinessInWords(defaults.readiness) },
			]}
		/>
	);
}
