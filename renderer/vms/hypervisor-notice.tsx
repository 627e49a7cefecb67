import { RotateCw } from "lucide-react";
import { useState } from "react";
import type { HypervisorStatus } from "../../contract/hypervisor.ts";
import { perform } from "../actions/perform.ts";
import { rpc } from "../bridge/client.ts";
import { Button } from "../components/button.tsx";
import { Notice } from "../components/notice.tsx";
import { strings } from "../strings.ts";

const words = strings.vms.hypervisor;

/** Why there are no virtual machines to be seen, and what to do about it. Nothing while libvirt is connected. */
export function HypervisorNotice({ status }: { status: HypervisorStatus | null }) {
	const [isLooking, setLooking] = useState(false);
	if (status === null || status.state === "connected" || status.state === "idle") return null;
	const { state, reason, remedy } = status;
	const look = async (): Promise<void> => {
		setLooking(true);
		await perform(() => rpc().vms.reconnect({}));
		setLooking(false);
	};
	return (
		<div className="shrink-0 px-5 pt-3 pb-1">
			<Notice
				tone={state === "connecting" ? "busy" : state === "absent" || state === "off" ? "idle" : "warn"}
				title={words[state]}
				actions={
					state !== "connecting" && (
						<Button isSmall icon={RotateCw} isBusy={isLooking} onClick={() => void look()}>
							{words.lookAgain}
						</Button>
					)
				}
			>
				{reason !== null && <p className="break-words text-muted">{reason}</p>}
				{(remedy ?? (state === "off" ? words.offRemedy : null)) !== null && (
					<p className="break-words text-muted">{remedy ?? words.offRemedy}</p>
				)}
			</Notice>
		</div>
	);
}
