// biome-ignore-all lint/suspicious/noControlCharactersInRegex: these are what is taken out

/** Sequences of a terminal: control strings, then those with parameters, then the short ones. */
const sequences = /\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b\[[0-?]*[ -/]*[@-~]|\x1b[ -/]*[0-~]/g;
const controls = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** What a guest wrote on a terminal, as plain lines: without sequences, control characters and turns of direction. */
export function plainOutput(text: string): string {
	return text.replace(sequences, "").replace(/\r\n?/g, "\n").replace(controls, "");
}
