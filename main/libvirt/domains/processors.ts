import { HomerangeError } from "../../../contract/errors.ts";
import { describeDomain } from "./describe/describe-domain.ts";
import { attribute, child, parseXml, wholeNumber } from "./xml/parse.ts";

/**
 * A domain of ours with another number of processors, for defining it again. libvirt's own call refuses that when the
 * XML says how processors are spread over sockets, as it does for Windows and macOS. Everything else stays as it is,
 * letter by letter. Errors: `UNSUPPORTED` when the XML does not look as we write it.
 */
export function withProcessors(xml: string, vcpus: number): string {
	const before = describeDomain(xml);
	// As libvirt writes it: the domain's own elements stand behind exactly two blanks.
	const changed = xml
		.replace(/^( {2}<vcpu\b)([^>]*)>\d+(<\/vcpu>)$/m, (_, start: string, attributes: string, end: string) => {
			return `${start}${attributes.replace(/ current=(['"])\d+\1/, "")}>${vcpus}${end}`;
		})
		.replace(
			/^( {4}<topology sockets=)(['"])1\2((?: (?:dies|clusters)=(['"])1\4)*) cores=(['"])\d+\5 threads=(['"])1\6(\/>)$/m,
			(_, start: string, quote: string, rest: string, ...groups: string[]) =>
				`${start}${quote}1${quote}${rest} cores=${quote}${vcpus}${quote} threads=${quote}1${quote}${groups[3]}`,
		);
	const after = describeDomain(changed);
	const expected = { ...before, vcpus, currentVcpus: vcpus };
	const isAsExpected = before.problem === null && JSON.stringify(after) === JSON.stringify(expected);
	if (isAsExpected && processorsOfTopology(changed, vcpus) === vcpus) return changed;
	throw new HomerangeError("UNSUPPORTED", "The number of processors of this machine cannot be changed.", {
		place: before.name,
		remedy: "Its XML was changed by hand; change it there.",
	});
}

/** How many processors the sockets have together; `otherwise` when the XML does not say. */
function processorsOfTopology(xml: string, otherwise: number): number {
	const topology = child(parseXml(xml, "the domain"), "cpu", "topology");
	if (topology === undefined) return otherwise;
	const parts = ["sockets", "dies", "clusters", "cores", "threads"];
	return parts.reduce((product, name) => product * (wholeNumber(attribute(topology, name) ?? "1") ?? 1), 1);
}
