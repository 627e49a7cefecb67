import type { ImageConfig } from "../../contract/images.ts";
import { Facts } from "../components/page.tsx";
import { strings } from "../strings.ts";

const words = strings.images.config;

const code = (text: string) => (text === "" ? words.none : <code className="font-mono text-sm break-all">{text}</code>);

function lines(list: readonly string[]) {
	if (list.length === 0) return words.none;
	return (
		<ul className="font-mono text-sm leading-5">
			{list.map((line) => (
				<li key={line} className="break-all">
					{line}
				</li>
			))}
		</ul>
	);
}

/** What a container image says about itself. */
export function ConfigFacts({ config }: { config: ImageConfig }) {
	return (
		<Facts
			rows={[
				{ name: words.entrypoint, value: code(config.entrypoint.join(" ")) },
				{ name: words.command, value: code(config.command.join(" ")) },
				{ name: words.environment, value: lines(config.environment) },
				{ name: words.ports, value: config.exposedPorts.length === 0 ? words.none : config.exposedPorts.join(", ") },
				{ name: words.user, value: code(config.user) },
				{ name: words.folder, value: code(config.workingFolder) },
				{
					name: words.labels,
					value: lines(Object.entries(config.labels).map(([key, value]) => `${key}=${value}`)),
				},
			]}
		/>
	);
}
