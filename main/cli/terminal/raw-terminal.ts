import { spawnSync } from "node:child_process";

/** Puts the terminal into raw mode and gives the way back, which is also taken when the process ends. */
export function enterRawMode(): () => void {
	const { stdin } = process;
	let raw = true;
	const restore = () => {
		if (!raw) return;
		raw = false;
		stdin.setRawMode(false);
	};
	const leave = (signal: NodeJS.Signals) => {
		restore();
		process.exit(signal === "SIGTERM" ? 143 : 129);
	};
	stdin.setRawMode(true);
	// Node's raw mode still turns a line feed into a new line, which the machine's terminal has done where it is
	// meant. Without stty only programs that draw the whole screen suffer.
	spawnSync("stty", ["-opost"], { stdio: ["inherit", "ignore", "ignore"] });
	process.once("exit", restore).once("SIGTERM", leave).once("SIGHUP", leave);
	return () => {
		restore();
		process.off("exit", restore).off("SIGTERM", leave).off("SIGHUP", leave);
	};
}

export function terminalSize(): { columns: number; rows: number } {
	const bounded = (value: number | undefined, otherwise: number) => Math.min(1000, Math.max(1, value || otherwise));
	return { columns: bounded(process.stdout.columns, 80), rows: bounded(process.stdout.rows, 24) };
}
