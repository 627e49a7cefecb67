import fc from "fast-check";
import type { ResolvedBlueprint, ResolvedMachine, ResolvedNetwork } from "../../blueprint/index.ts";
import type { RangeContent } from "../update-diff.ts";

const networkNames = ["lan", "dmz", "vault"] as const;
const ports = fc.subarray(["80/tcp", "443/tcp", "53/udp"]);

const anyNetwork = (name: string, octet: number): fc.Arbitrary<ResolvedNetwork> =>
	fc
		.record({ other: fc.boolean(), gateway: fc.constantFrom(1, 254), internet: fc.boolean(), isolated: fc.boolean() })
		.map(({ other, gateway, internet, isolated }) => {
			const base = `10.${other ? 1 : 0}.${octet}`;
			return { name, subnet: `${base}.0/24`, gateway: `${base}.${gateway}`, internet, isolated };
		});

const anyMachine = (name: string, octet: number, networks: readonly ResolvedNetwork[]): fc.Arbitrary<ResolvedMachine> =>
	fc
		.record({
			on: fc.subarray([...networks], { minLength: 1 }),
			image: fc.constantFrom("x:1", "x:2"),
			command: fc.constantFrom<ResolvedMachine["command"][]>(null, ["sleep", "1"]),
			environment: fc.constantFrom<ResolvedMachine["environment"][]>({}, { COLOR: "red" }, { COLOR: "blue" }),
			postBoot: fc.constantFrom<string[][]>([], ["true"]),
			labels: fc.constantFrom<ResolvedMachine["labels"][]>({}, { team: "blue" }),
			files: fc.constantFrom<ResolvedMachine["files"][]>(
				[],
				[{ path: "/a", mode: 0o644, content: "a", source: null }],
				[{ path: "/a", mode: 0o644, content: null, source: "a.txt" }],
			),
			memoryBytes: fc.constantFrom(null, 64 * 1024 ** 2, 64 * 1024 ** 2 + 1),
			serial: fc.boolean(),
			vncPort: fc.constantFrom(null, 5900),
		})
		.map(
			({ on, ...rest }): ResolvedMachine => ({
				name,
				hostname: name,
				role: "machine",
				provider: "docker",
				os: null,
				source: { kind: "image", name: rest.image },
				cpus: null,
				diskBytes: null,
				ready: null,
				dependsOn: [],
				...rest,
				nics: on.map(({ name: network, subnet }, index) => ({
					network,
					ip: subnet.replace("0/24", String(octet)),
					mac: `02:42:0a:00:00:${octet}`,
					isDefault: index === 0,
				})),
			}),
		);

const anyBlueprint: fc.Arbitrary<ResolvedBlueprint> = fc
	.subarray([...networkNames], { minLength: 1 })
	.chain((names) => fc.tuple(...names.map((name) => anyNetwork(name, networkNames.indexOf(name)))))
	.chain((networks) =>
		fc.record({
			name: fc.constant("any"),
			title: fc.constantFrom(null, "A title"),
			description: fc.constant(null),
			author: fc.constant(null),
			tags: fc.constantFrom([], ["one"]),
			sha256: fc.constant("0"),
			networks: fc.constant(networks),
			routes: fc.array(
				fc.record({
					from: fc.constantFrom(...networks.map(({ name }) => name)),
					to: fc.constantFrom(...networks.map(({ name }) => name)),
					ports,
				}),
				{ maxLength: 4 },
			),
			router: fc.constant(null),
			machines: fc
				.subarray([11, 12, 13])
				.chain((octets) => fc.tuple(...octets.map((octet) => anyMachine(`m${octet}`, octet, networks)))),
			limits: fc.record({
				cpus: fc.constantFrom(1, 2),
				memoryBytes: fc.constantFrom(512, 1024),
				diskBytes: fc.constant(null),
			}),
		}),
	);

/** Small blueprints whose networks, machines and routes often have the same names and differ in every other way. */
export const anyContent: fc.Arbitrary<RangeContent> = fc.record({
	blueprint: anyBlueprint,
	sources: fc.constantFrom("one", "two").map((text) => new Map([["a.txt", Buffer.from(text)]])),
});
