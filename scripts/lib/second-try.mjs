// Real engines on a busy machine fail now and then for reasons that are not the product's. A file with a failure is run
// once more, alone; what passes then counts as passed, and the report names it with what it said the first time.

/** More files than these do not fail by chance. */
const mostFiles = 3;

/** The files of a report that are worth a second try; none when something failed outside of the files, or too much. */
export function filesToTryAgain({ files, failures }) {
	const failed = files.filter((file) => file.failures.length > 0).map(({ file }) => file);
	return failures.length > 0 || failed.length > mostFiles ? [] : failed;
}

/** One report of both tries. `unsteady` holds the failures of the first that the second does not have. */
export function joinTries(first, second) {
	const later = new Map(second.files.map((file) => [file.file, file]));
	const again = new Set(second.files.flatMap(({ failures }) => failures.map(({ name }) => name)));
	const failed = first.files.filter(({ file }) => later.has(file)).flatMap(({ failures }) => failures);
	return {
		files: first.files.map((file) => later.get(file.file) ?? file),
		failures: [...first.failures, ...second.failures],
		unsteady: failed.filter(({ name }) => !again.has(name)),
	};
}

/** The counts of all files together. */
export function sumOf({ files, failures, unsteady = [] }) {
	return {
		passed: files.reduce((sum, file) => sum + file.passed, 0),
		failures: [...files.flatMap((file) => file.failures), ...failures],
		skips: files.flatMap((file) => file.skips),
		unsteady,
	};
}
