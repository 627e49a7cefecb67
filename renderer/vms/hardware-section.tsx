import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "../components/button.tsx";
import { Section } from "../components/page.tsx";
import type { HardwareLock } from "./hardware-lock.tsx";

interface Props {
	title: string;
	/** What can be changed of the whole section. */
	change: { icon: LucideIcon; text: string; label?: string; open: () => void };
	lock: HardwareLock;
	children: ReactNode;
}

/** One kind of a virtual machine's hardware, with the button of its change at the right of its title. */
export function HardwareSection({ title, change: { icon, text, label, open }, lock, children }: Props) {
	return (
		<Section
			title={title}
			aside={
				<span className="ml-auto">
					<Button
						isSmall
						icon={icon}
						{...lock}
						{...(label === undefined ? {} : { "aria-label": label })}
						onClick={open}
					>
						{text}
					</Button>
				</span>
			}
		>
			{children}
		</Section>
	);
}
