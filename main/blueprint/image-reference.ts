const domainPart = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
const domain = `${domainPart}(?:\\.${domainPart})*(?::\\d{1,5})?`;
const pathPart = "[a-z0-9]+(?:(?:\\.|__?|-+)[a-z0-9]+)*";
const reference = new RegExp(
	`^(?:${domain}/)?${pathPart}(?:/${pathPart})*(?::[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$`,
);

/** True for a container image's name as engines spell it: [domain/]path[:tag][@digest]. */
export function isImageReference(text: string): boolean {
	return text.length <= 255 && reference.test(text);
}
