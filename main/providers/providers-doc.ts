import { type ProviderAbility, providerFeatures } from "../../contract/providers.ts";

const cell = ({ can, note }: ProviderAbility) => [can ? "yes" : "no", note].filter(Boolean).join(": ");

/** docs/providers.md, out of what the providers declare. Pure. */
export function providersDoc(): string {
	const rows = providerFeatures.map(
		({ title, docker, libvirt }) => `| ${title} | ${cell(docker)} | ${cell(libvirt)} |`,
	);
	return `# What machines can do, by what runs them

<!-- Written from contract/providers.ts by a unit test: change it there, then run vitest with -u on main/providers. -->

A machine is a container of its range (\`docker\`, the default) or a virtual machine beside it (\`provider: libvirt\`). Which
one is decided by its source, or by its own \`provider\`. Both pass the same suite
(\`main/providers/conformance.integration.ts\`). A third way is a VM inside a container of the range: to its range it is a
container, and its guest has the container's address.

| | container | virtual machine |
|---|---|---|
${rows.join("\n")}
`;
}
