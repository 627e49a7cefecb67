import { FileUp, Network } from "lucide-react";
import type { ShippedBlueprint } from "../../contract/blueprints.ts";
import { chooseFile } from "../actions/registry.ts";
import { navigateTo, paths } from "../app/navigation.ts";
import { rpc } from "../bridge/client.ts";
import { Button } from "../components/button.tsx";
import { ErrorNotice } from "../components/notice.tsx";
import { Section } from "../components/page.tsx";
import { useRequest } from "../hooks/use-request.ts";
import { strings } from "../strings.ts";

/** Where a blueprint comes from: a file, or one that ships with the app. It is deployed, or updates a range. */
export function ChooseBlueprint({ updates }: { updates?: string }) {
	const { data, error } = useRequest((signal) => rpc().blueprints.shipped({}, { signal }), []);
	return (
		<div className="max-w-220">
			<Section title={strings.deploy.fromFile}>
				<div className="flex items-center gap-4 rounded-lg border border-dashed border-line-strong bg-surface px-4 py-5">
					<FileUp size={20} strokeWidth={1.5} aria-hidden="true" className="text-faint" />
					<p className="text-muted">{strings.deploy.dropHere}</p>
					<span className="ml-auto">
						<Button icon={FileUp} onClick={() => void chooseFile(updates)}>
							{strings.deploy.openFile}
						</Button>
					</span>
				</div>
			</Section>
			<Section title={strings.deploy.shipped}>
				{error !== null && <ErrorNotice error={error} />}
				<ul className="grid grid-cols-[repeat(auto-fill,minmax(260px,1fr))] gap-3">
					{data?.map((blueprint) => (
						<li key={blueprint.name}>
							<Shipped blueprint={blueprint} path={pathOf(paths.deployShipped(blueprint.name), updates)} />
						</li>
					))}
				</ul>
			</Section>
		</div>
	);
}

function pathOf(deploy: string, updates: string | undefined): string {
	return updates === undefined ? deploy : paths.updateBy(updates, deploy);
}

function Shipped({ blueprint, path }: { blueprint: ShippedBlueprint; path: string }) {
	return (
		<button
			type="button"
			aria-label={blueprint.title}
			onClick={() => navigateTo(path)}
			className="flex h-full w-full flex-col gap-1 rounded-lg border border-line bg-surface p-3 text-left transition-colors hover:border-line-strong hover:bg-hover"
		>
			<span className="flex items-center gap-2 font-semibold">
				<Network size={15} aria-hidden="true" className="text-muted" />
				{blueprint.title}
			</span>
			<span className="line-clamp-3 text-muted">{blueprint.description}</span>
			<span className="mt-auto pt-1 text-sm text-faint">
				{strings.deploy.shippedCounts(blueprint.networks, blueprint.machines)}
				{blueprint.tags.length > 0 && ` · ${blueprint.tags.join(", ")}`}
			</span>
		</button>
	);
}
