import type { Readiness } from "../../contract/library.ts";
import { Field, SelectInput, TextInput } from "../components/field.tsx";
import { ParsedTextArea } from "../components/parsed-input.tsx";
import { parseLines } from "../format/lists.ts";
import { strings } from "../strings.ts";
import { type ReadinessKind, readinessOfKind } from "./template-values.ts";

const words = strings.templateForm;
const kinds = Object.entries(words.readinessKinds).map(([value, title]) => ({ value: value as ReadinessKind, title }));

/** When a machine counts as ready: the kind of probe, then what that kind asks for. */
export function ReadinessField(props: {
	value: Readiness | null;
	error: string | undefined;
	onChange: (value: Readiness | null) => void;
}) {
	const { value, onChange } = props;
	return (
		<div className="grid gap-3">
			<Field label={words.readiness} help="" error={props.error}>
				{(ids) => (
					<SelectInput
						{...ids}
						value={value?.kind ?? "none"}
						onChange={(event) => onChange(readinessOfKind(event.target.value as ReadinessKind, value))}
						choices={kinds}
					/>
				)}
			</Field>
			{value !== null && (
				<div className="grid grid-cols-2 gap-3">
					<Probe key={value.kind} value={value} onChange={onChange} />
					<NumberField
						label={words.timeout}
						value={value.timeoutMs / 1000}
						onChange={(seconds) => onChange({ ...value, timeoutMs: Math.round(seconds * 1000) })}
					/>
				</div>
			)}
		</div>
	);
}

function Probe({ value, onChange }: { value: Readiness; onChange: (value: Readiness) => void }) {
	switch (value.kind) {
		case "tcp":
			return <NumberField label={words.port} value={value.port} onChange={(port) => onChange({ ...value, port })} />;
		case "http":
			return (
				<>
					<NumberField label={words.port} value={value.port} onChange={(port) => onChange({ ...value, port })} />
					<Field label={words.path} help="" error={undefined}>
						{(ids) => (
							<TextInput
								{...ids}
								isCode
								value={value.path}
								onChange={(event) => onChange({ ...value, path: event.target.value })}
							/>
						)}
					</Field>
				</>
			);
		case "exec":
			return (
				<Field label={words.probe} help={words.probeHelp} error={undefined}>
					{(ids) => (
						<ParsedTextArea<string[]>
							{...ids}
							isCode
							value={value.command}
							format={(command) => command.join("\n")}
							parse={parseLines}
							onChange={(command) => onChange({ ...value, command })}
						/>
					)}
				</Field>
			);
		case "log":
			return (
				<Field label={words.pattern} help="" error={undefined}>
					{(ids) => (
						<TextInput
							{...ids}
							isCode
							value={value.pattern}
							onChange={(event) => onChange({ ...value, pattern: event.target.value })}
						/>
					)}
				</Field>
			);
	}
}

function NumberField(props: { label: string; value: number; onChange: (value: number) => void }) {
	return (
		<Field label={props.label} help="" error={undefined}>
			{(ids) => (
				<TextInput
					{...ids}
					type="number"
					min={1}
					// An emptied box is no number, which the form then says.
					value={Number.isNaN(props.value) ? "" : props.value}
					onChange={(event) => props.onChange(event.target.valueAsNumber)}
				/>
			)}
		</Field>
	);
}
