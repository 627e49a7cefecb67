import { zodResolver } from "@hookform/resolvers/zod";
import { type UseFormRegisterReturn, useForm } from "react-hook-form";
import { toast } from "sonner";
import { type Settings, settings as settingsSchema } from "../../contract/settings.ts";
import { perform } from "../actions/perform.ts";
import { rpc } from "../bridge/client.ts";
import { Button } from "../components/button.tsx";
import { CopyText } from "../components/copy-text.tsx";
import { type Choice, Field, Segments, SelectInput, TextInput } from "../components/field.tsx";
import { Facts, Page, Section } from "../components/page.tsx";
import { useEngine } from "../stores/engine.ts";
import { useSettings } from "../stores/settings.ts";
import { strings } from "../strings.ts";

const words = strings.settings;

/** Every setting of the engine and of the window. The theme takes effect at once, the rest when saved. */
export function SettingsPage() {
	const settings = useSettings((state) => state.settings);
	return (
		<Page title={strings.places.settings} name={strings.places.settings}>
			<div className="max-w-160">
				{settings !== null && (
					<>
						<Section title={words.appearance}>
							<Segments
								label={words.theme}
								value={settings.theme}
								onChange={(theme) => void perform(() => rpc().settings.set({ theme }))}
								choices={(["system", "light", "dark"] as const).map((value) => ({
									value,
									title: words.themes[value],
								}))}
							/>
						</Section>
						<SettingsForm settings={settings} />
					</>
				)}
				<About />
			</div>
		</Page>
	);
}

function SettingsForm({ settings }: { settings: Settings }) {
	const form = useForm<Settings>({ resolver: zodResolver(settingsSchema), values: settings, mode: "onBlur" });
	const { errors, isDirty, isSubmitting } = form.formState;
	const save = form.handleSubmit(async ({ theme: _theme, ...rest }) => {
		const saved = await perform(() => rpc().settings.set(rest));
		if (saved !== null) toast.success(words.saved);
	});

	const number = (name: "concurrency" | "stopGraceSeconds" | "scrollback"): UseFormRegisterReturn =>
		form.register(name, { valueAsNumber: true });

	return (
		<form onSubmit={save} noValidate aria-label={strings.places.settings}>
			<Section title={words.isolationTitle}>
				<div className="grid gap-4">
					<Field label={words.isolation} help={words.isolationHelp} error={errors.isolation?.message}>
						{(ids) => <SelectInput {...ids} {...form.register("isolation")} choices={choices(words.isolations)} />}
					</Field>
					<Field label={words.dindImage} help={words.dindImageHelp} error={errors.dindImage?.message}>
						{(ids) => <TextInput {...ids} isCode {...form.register("dindImage")} />}
					</Field>
					<Field
						label={words.outerPool}
						help={words.outerPoolHelp}
						error={errors.outerPool === undefined ? undefined : words.outerPoolError}
					>
						{(ids) => <TextInput {...ids} isCode {...form.register("outerPool")} />}
					</Field>
				</div>
			</Section>
			<Section title={words.rangesTitle}>
				<div className="grid gap-4">
					<Field label={words.concurrency} help={words.concurrencyHelp} error={errors.concurrency?.message}>
						{(ids) => <TextInput {...ids} type="number" min={1} max={64} {...number("concurrency")} />}
					</Field>
					<Field label={words.stopGrace} help={words.stopGraceHelp} error={errors.stopGraceSeconds?.message}>
						{(ids) => <TextInput {...ids} type="number" min={0} max={600} {...number("stopGraceSeconds")} />}
					</Field>
					<Field label={words.afterRestart} help={words.afterRestartHelp} error={errors.afterRestart?.message}>
						{(ids) => (
							<SelectInput {...ids} {...form.register("afterRestart")} choices={choices(words.afterRestarts)} />
						)}
					</Field>
					<Field label={words.restartMachines} help={words.restartMachinesHelp} error={errors.restartMachines?.message}>
						{(ids) => (
							<SelectInput
								{...ids}
								{...form.register("restartMachines")}
								choices={choices(words.restartMachinesChoices)}
							/>
						)}
					</Field>
				</div>
			</Section>
			<Section title={words.vmsTitle}>
				<Field label={words.libvirt} help={words.libvirtHelp} error={errors.libvirt && words.libvirtError}>
					{(ids) => <TextInput {...ids} isCode {...form.register("libvirt")} />}
				</Field>
			</Section>
			<Section title={words.consolesTitle}>
				<Field label={words.scrollback} help={words.scrollbackHelp} error={errors.scrollback?.message}>
					{(ids) => <TextInput {...ids} type="number" min={1000} max={100000} {...number("scrollback")} />}
				</Field>
			</Section>
			<div className="mb-8 flex gap-2">
				<Button type="submit" look="primary" disabled={!isDirty} isBusy={isSubmitting}>
					{words.save}
				</Button>
				<Button disabled={!isDirty} onClick={() => form.reset(settings)}>
					{words.revert}
				</Button>
			</div>
		</form>
	);
}

function choices<T extends string>(titles: Record<T, string>): Choice<T>[] {
	return (Object.entries(titles) as [T, string][]).map(([value, title]) => ({ value, title }));
}

function About() {
	const host = useEngine((state) => state.host);
	if (host === null) return null;
	return (
		<Section title={words.about}>
			<Facts
				rows={[
					{ name: words.version, value: host.version },
					{ name: words.dataFolder, value: <CopyText text={host.dataFolder} label={words.dataFolder} /> },
				]}
			/>
		</Section>
	);
}
