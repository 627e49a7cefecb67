import { expect, test } from "vitest";
import { type AttackBed, gateways, machines, outsideName } from "./testing/attack-bed.ts";

/** The address that every machine's resolver asks, see docs/isolation.md. */
const resolverAddress = "192.0.0.53";

/** Names as a way out: a question that leaves carries whatever its asker wrote into it. */
export function nameAttacks(bed: () => AttackBed): void {
	test("a machine without internet tunnels nothing through any resolver it can name", async () => {
		const { a } = bed();
		await bed().giveOutsideName(a);
		const containerResolver = a.uplink.replace(/\d+$/, "3");
		const servers = [
			...new Set(["127.0.0.11", resolverAddress, ...gateways, a.uplink, containerResolver, a.outerGateway]),
		];
		const script = (server: string) =>
			["", "+tcp"]
				.map((way) => `kdig ${way} +short +time=2 +retry=0 @${server} ${outsideName} A 2>/dev/null | grep '^[0-9]'`)
				.join("; ");
		const attack = ["sh", "-c", `${servers.map((server) => `{ ${script(server)}; } &`).join("\n")}\nwait; true`];
		const [fromShop, fromSafe, control] = await Promise.all([
			bed().inMachine(a, "shop", ...attack),
			bed().inMachine(a, "safe", ...attack),
			bed().inMachine(a, "alpha", "sh", "-c", script("127.0.0.11")),
		]);
		expect(control).toMatch(/^\d+\.\d+\.\d+\.\d+/);
		expect(fromShop).toBe("");
		expect(fromSafe).toBe("");
	});

	test("the name of a machine of another network, or of a sibling, is not told", async () => {
		const { a } = bed();
		const ask = (name: string) => `timeout 3 getent ahostsv4 ${name} | head -n 1 | cut -d' ' -f1`;
		const control = await bed().inMachine(a, "alpha", "sh", "-c", ask("beta"));
		const names = ["safe", "shop", bed().b.container, bed().b.name];
		const told = await bed().inMachine(a, "alpha", "sh", "-c", names.map(ask).join("; "));
		expect(control).toBe(machines.beta.ip);
		expect(told).toBe("");
	});
}
