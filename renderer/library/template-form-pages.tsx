import { Info } from "lucide-react";
import type { ReactNode } from "react";
import { useParams, useSearchParams } from "react-router";
import { toast } from "sonner";
import { navigateTo, paths } from "../app/navigation.ts";
import { rpc } from "../bridge/client.ts";
import { Button } from "../components/button.tsx";
import { EmptyState } from "../components/empty-state.tsx";
import { ErrorNotice, Notice } from "../components/notice.tsx";
import { Page, Section } from "../components/page.tsx";
import { useRequest } from "../hooks/use-request.ts";
import { ConfigFacts } from "../images/config-facts.tsx";
import { strings } from "../strings.ts";
import { TemplateForm } from "./template-form.tsx";
import { templateValues } from "./template-values.ts";

const words = strings.templateForm;

/** Changing a template of one's own. */
export function EditTemplatePage() {
	const { name = "" } = useParams();
	const { data, error } = useRequest((signal) => rpc().library.template({ name }, { signal }), [name]);
	const leave = (): void => navigateTo(paths.template(name));
	return (
		<FormPage title={words.edit(name)}>
			{error !== null && <ErrorNotice error={error} />}
			{data?.shipped === true && (
				<EmptyState icon={Info} title={words.notYours} body={words.notYoursBody}>
					<Button onClick={leave}>{strings.common.details}</Button>
				</EmptyState>
			)}
			{data !== null && !data.shipped && (
				<TemplateForm
					label={words.edit(name)}
					values={templateValues(data)}
					isNameFixed
					action={words.save}
					onSave={async ({ name: _name, ...changes }) => {
						await rpc().library.updateTemplate({ name, changes });
						toast.success(words.saved(name));
						leave();
					}}
					onCancel={leave}
				/>
			)}
		</FormPage>
	);
}

/** Making a template of an image: the form is filled in from what the image says about itself. */
export function PromotePage() {
	const { ref = "" } = useParams();
	const [search] = useSearchParams();
	const asked = search.get("provider");
	const provider = asked === "docker" || asked === "libvirt" ? ({ provider: asked } as const) : {};
	const { data, error } = useRequest((signal) => rpc().images.promoteForm({ image: ref }, { signal }), [ref]);
	const title = words.promote(ref);
	return (
		<FormPage title={title}>
			{error !== null && <ErrorNotice error={error} />}
			{data !== null && (
				<>
					{data.notes.length > 0 && (
						<div className="mb-5">
							<Notice tone="idle" title={words.look}>
								<ul className="text-muted">
									{data.notes.map((note) => (
										<li key={note}>{note}</li>
									))}
								</ul>
							</Notice>
						</div>
					)}
					<TemplateForm
						label={title}
						values={{ ...data.input, ...provider }}
						isNameFixed={false}
						action={words.add}
						onSave={async (input) => {
							const template = await rpc().images.promote(input);
							toast.success(strings.library.imported(template.name));
							navigateTo(paths.template(template.name));
						}}
						onCancel={() => navigateTo(paths.image(ref))}
					/>
					{data.config !== null && (
						<Section title={words.imageSays}>
							<ConfigFacts config={data.config} />
						</Section>
					)}
				</>
			)}
		</FormPage>
	);
}

function FormPage({ title, children }: { title: string; children: ReactNode }) {
	return (
		<Page title={<span className="truncate">{title}</span>} name={title}>
			<div className="max-w-180">{children}</div>
		</Page>
	);
}
