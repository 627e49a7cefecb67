import { asWritten, type Check, writtenKeys } from "./check.ts";
import { nameHint } from "./nearest.ts";
import { parsePorts } from "./quantities.ts";

/** Checks that routes join two known networks that may be joined, and the spelling of ports. */
export function checkRoutes(check: Check): void {
	const { draft, root, issues } = check;
	const networks = writtenKeys(root, ["networks"]);
	const seen = new Map<string, number>();
	for (const [index, route] of (draft.routes ?? []).entries()) {
		for (const end of ["from", "to"] as const) {
			const name = route[end];
			const path = ["routes", index, end];
			if (!networks.includes(name)) {
				issues.error(path, `There is no network "${name}".`, () => nameHint(name, networks, "Add it under networks."));
			} else if (draft.networks?.[name]?.isolated === true) {
				issues.error(
					path,
					`The network "${name}" is isolated: nothing routes in or out of it.`,
					`Leave out this route, or "isolated" of "${name}".`,
				);
			}
		}
		if (route.from === route.to) {
			issues.error(
				["routes", index, "to"],
				`This route leads from "${route.from}" to itself.`,
				"Machines of one network reach each other without a route.",
			);
		}
		reportPorts(check, index, route.ports ?? []);
		const pair = `${route.from} ${route.to}`;
		const first = seen.get(pair);
		if (first === undefined) seen.set(pair, index);
		else
			issues.warning(
				["routes", index],
				`A route from "${route.from}" to "${route.to}" is there already (number ${first + 1}).`,
			);
	}
}

function reportPorts({ root, issues }: Check, index: number, ports: readonly (string | number)[]): void {
	const written = root.children.get("routes")?.children.get(String(index))?.children.get("ports");
	if (written?.kind === "list" && written.children.size === 0) {
		issues.error(
			["routes", index, "ports"],
			"The list of ports is empty.",
			"Leave out ports to allow all, or leave out the route.",
		);
	}
	for (const [number, entry] of ports.entries()) {
		const path = ["routes", index, "ports", number];
		const text = asWritten(root, path, entry);
		if (parsePorts(text) !== null) continue;
		const bare = /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;
		issues.error(
			path,
			`"${text}" is not a port of a route.`,
			bare ? `Write ${text}/tcp or ${text}/udp.` : "Write 80/tcp, 8000-8080/udp or icmp; ports are 1 to 65535.",
		);
	}
}
