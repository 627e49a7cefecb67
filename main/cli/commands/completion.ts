import type { Command } from "commander";
import { HomerangeError } from "../../../contract/errors.ts";
import { print } from "../terminal/print.ts";

/** Prints the completion script of a shell, made from the commands that this program has. */
export async function completion(shell: string, program: Command): Promise<void> {
	const words = commandWords(program);
	if (shell === "bash") return print(bash(words));
	if (shell === "zsh") return print(zsh(words));
	if (shell === "fish") return print(fish(words));
	throw new HomerangeError("USAGE", `There is no completion for "${shell}".`, { remedy: "Give bash, zsh or fish." });
}

interface Words {
	name: string;
	description: string;
	options: string[];
	/** Subcommands, when there are any. */
	subcommands: string[];
	/** What its positional arguments are: "range", "machine", "file", … */
	takes: string[];
	/** The same of its first subcommand that takes any. */
	subTakes: string[];
}

function commandWords(program: Command): Words[] {
	return program.commands
		.filter((command) => !command.name().startsWith("_"))
		.map((command) => ({
			name: command.name(),
			description: command.description(),
			options: command.options.map((option) => option.long ?? option.short ?? "").filter((flag) => flag !== ""),
			subcommands: command.commands.filter((sub) => sub.name() !== "run").map((sub) => sub.name()),
			takes: command.registeredArguments.map((argument) => argument.name()),
			subTakes:
				command.commands
					.map((sub) => sub.registeredArguments.map((argument) => argument.name()))
					.find((names) => names.length > 0) ?? [],
		}));
}

function bash(words: Words[]): string {
	const cases = words.map(({ name, options, subcommands, takes, subTakes }) => {
		const first = subcommands.length > 0 ? subcommands.join(" ") : kindOf(takes[0]);
		return `\t\t${name}) options="${options.join(" ")}"; first="${first}"; second="${kindOf(subTakes[0] ?? takes[1])}" ;;`;
	});
	return `# bash completion of homerange
_homerange_words() {
	case $1 in
	@ranges|@vms) homerange __complete "\${1#@}" 2>/dev/null ;;
	@machines|@networks) homerange __complete "\${1#@}" "$2" 2>/dev/null ;;
	@files) homerange __complete blueprints 2>/dev/null; compgen -f -- "$3" ;;
	*) echo "$1" ;;
	esac
}
_homerange() {
	local current=${"$"}{COMP_WORDS[COMP_CWORD]} options="" first="" second="" words="${words.map((word) => word.name).join(" ")}"
	case ${"$"}{COMP_WORDS[1]} in
${cases.join("\n")}
	esac
	if [ "$COMP_CWORD" -gt 1 ]; then
		words=""
		if [[ $current == -* ]]; then words=$options
		elif [ "$COMP_CWORD" -eq 2 ]; then words=$(_homerange_words "$first" "" "$current")
		elif [ "$COMP_CWORD" -eq 3 ]; then words=$(_homerange_words "$second" "${"$"}{COMP_WORDS[2]}" "$current")
		fi
	fi
	COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o filenames -F _homerange homerange`;
}

/** What the script looks up at the key press, or the words themselves. */
function kindOf(argument: string | undefined): string {
	if (argument === "range") return "@ranges";
	if (argument === "machine") return "@machines";
	if (argument === "network") return "@networks";
	if (argument === "vm") return "@vms";
	if (argument === "file") return "@files";
	return argument === "shell" ? "bash zsh fish" : "";
}

function zsh(words: Words[]): string {
	return `#compdef homerange
# zsh completion of homerange, by way of its bash completion
autoload -U +X bashcompinit && bashcompinit
${bash(words)}`;
}

function fish(words: Words[]): string {
	const none = `not __fish_seen_subcommand_from ${words.map((word) => word.name).join(" ")}`;
	const lines = words.flatMap(({ name, description, options, subcommands, takes, subTakes }) => {
		const here = `__fish_seen_subcommand_from ${name}`;
		const argument = takes[0] === "range" ? "ranges" : takes[0] === "file" ? "blueprints" : null;
		return [
			`complete -c homerange -n '${none}' ${takes[0] === "file" ? "" : "-f "}-a ${name} -d '${description.replaceAll("'", "")}'`,
			...options.map((flag) => `complete -c homerange -n '${here}' -l ${flag.replace(/^-+/, "")}`),
			...(subcommands.length > 0 ? [`complete -c homerange -n '${here}' -f -a '${subcommands.join(" ")}'`] : []),
			...(subTakes[0] === "vm" ? [`complete -c homerange -n '${here}' -f -a '(homerange __complete vms)'`] : []),
			...(argument === null ? [] : [`complete -c homerange -n '${here}' -a '(homerange __complete ${argument})'`]),
			...["machine", "network"]
				.filter((kind) => takes.includes(kind))
				.map(
					(kind) => `complete -c homerange -n '${here}' -f -a '(homerange __complete ${kind}s (commandline -opc)[3])'`,
				),
		];
	});
	return ["# fish completion of homerange", ...lines].join("\n");
}
