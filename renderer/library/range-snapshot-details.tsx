import { Link } from "react-router";
import type { RangeSnapshot } from "../../contract/library.ts";
import { paths } from "../app/navigation.ts";
import { CopyText } from "../components/copy-text.tsx";
import { NetworkFacts } from "../components/network-facts.tsx";
import { Facts, Section } from "../components/page.tsx";
import { Sizes } from "../components/sizes.tsx";
import { formatDateTime } from "../format/time.ts";
import { strings } from "../strings.ts";
import { UserList } from "./user-list.tsx";

const words = strings.library.details;

/** Everything that is known of a snapshot of a whole range. */
export function RangeSnapshotDetails({ rangeSnapshot }: { rangeSnapshot: RangeSnapshot }) {
	return (
		<>
			<Section title={words.facts}>
				<Facts
					rows={[
						...(rangeSnapshot.description === ""
							? []
							: [{ name: words.description, value: rangeSnapshot.description }]),
						{ name: words.source, value: rangeSnapshot.range.name },
						{ name: words.blueprint, value: rangeSnapshot.blueprint.title ?? rangeSnapshot.blueprint.name },
						{ name: words.created, value: formatDateTime(rangeSnapshot.createdAt) },
						{
							name: words.size,
							value: <Sizes ownBytes={rangeSnapshot.ownBytes} sharedBytes={rangeSnapshot.sharedBytes} />,
						},
					]}
				/>
			</Section>
			<Section title={words.machines}>
				<Facts
					rows={rangeSnapshot.machines.map((machine) => ({
						name: machine.name,
						value: (
							<span className="flex flex-wrap gap-x-4">
								<Link to={paths.snapshot(machine.snapshot.id)} className="text-accent hover:underline">
									{machine.snapshot.name}
								</Link>
								<span className="text-muted">
									<Sizes ownBytes={machine.ownBytes} sharedBytes={Math.max(0, machine.sizeBytes - machine.ownBytes)} />
								</span>
							</span>
						),
					}))}
				/>
			</Section>
			<Section title={words.networks}>
				<Facts
					rows={rangeSnapshot.networks.map((network) => ({
						name: network.name,
						value: (
							<span className="flex flex-wrap items-center gap-x-3">
								<CopyText text={network.subnet} label={strings.ranges.subnet} />
								<NetworkFacts network={network} routes={rangeSnapshot.routes} />
							</span>
						),
					}))}
				/>
			</Section>
			<Section title={words.users}>
				<UserList users={rangeSnapshot.users} empty={words.noUsers} />
			</Section>
		</>
	);
}
