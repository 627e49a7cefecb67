/** bash when the machine has it, else its plain shell. */
export const shellCommand = [
	"sh",
	"-c",
	"for s in /bin/bash /usr/bin/bash /usr/local/bin/bash; do [ -x $s ] && exec $s; done; exec sh",
];

/** The serial line of the VM that a container of our image runs; in somebody else's image, a shell beside it. */
export const serialCommand = [
	"sh",
	"-c",
	`command -v homerange-serial >/dev/null && exec homerange-serial; ${shellCommand[2]}`,
];

/** Colours, and UTF-8 where the machine's C library has that locale (it is ignored elsewhere). */
export const shellEnvironment = ["TERM=xterm-256color", "COLORTERM=truecolor", "LANG=C.UTF-8"];
