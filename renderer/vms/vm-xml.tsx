import { Copy } from "lucide-react";
import { useMemo, useState } from "react";
import { toast } from "sonner";
import type { VmDetail } from "../../contract/vms.ts";
import { Button } from "../components/button.tsx";
import { copyText } from "../components/copy-text.tsx";
import { Segments } from "../components/field.tsx";
import { highlightXml, type XmlPiece } from "../format/highlight-xml.ts";
import { strings } from "../strings.ts";

const words = strings.vms.xml;

const colours: Record<XmlPiece["kind"], string> = {
	text: "",
	mark: "text-faint",
	name: "text-accent",
	attribute: "text-muted",
	value: "text-ok",
	comment: "text-faint",
};

/** The definition of a virtual machine, to read. */
export function VmXml({ vm }: { vm: VmDetail }) {
	const [which, setWhich] = useState<"next" | "live">("next");
	const xml = which === "live" && vm.liveXml !== null ? vm.liveXml : vm.xml;
	const pieces = useMemo(() => highlightXml(xml), [xml]);
	const copy = async (): Promise<void> => {
		if (await copyText(xml)) toast.success(words.copied);
	};
	return (
		<div className="flex h-full flex-col">
			<div className="flex shrink-0 items-center gap-3 border-b border-line bg-surface px-5 py-2.5">
				{vm.liveXml !== null && (
					<Segments
						label={words.which}
						value={which}
						onChange={setWhich}
						choices={[
							{ value: "next", title: words.next },
							{ value: "live", title: words.live },
						]}
					/>
				)}
				<span className="text-sm text-muted">{words.readOnly}</span>
				<span className="ml-auto">
					<Button isSmall icon={Copy} onClick={() => void copy()}>
						{words.copy}
					</Button>
				</span>
			</div>
			<section
				aria-label={words.label}
				// biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by the keyboard
				tabIndex={0}
				className="min-h-0 flex-1 overflow-auto bg-surface px-5 py-4"
			>
				<pre className="selectable font-mono text-sm leading-5">
					{pieces.map(({ kind, text }, at) => (
						// biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a text have no other name than their place
						<span key={at} className={colours[kind]}>
							{text}
						</span>
					))}
				</pre>
			</section>
		</div>
	);
}
