/** Where a terminal's parser stands. Only in `ground` is no sequence half-way. */
type State = "ground" | "escape" | "intermediate" | "csi" | "string" | "stringEscape";

const escapeByte = 0x1b;
const bell = 0x07;
const paramsLimit = 64;
const styleLimit = 256;

/** Private modes (CSI ? n h/l) whose loss would make what follows unreadable or the keyboard wrong. */
const keptModes = new Set([1, 6, 7, 25, 47, 1000, 1002, 1003, 1004, 1005, 1006, 1015, 1047, 1049, 2004]);
/** On when a terminal starts. */
const onByDefault = new Set([7, 25]);

/**
 * Follows a terminal's output far enough to know where it may be cut, and which modes and which text style hold
 * there. It draws nothing.
 */
export class TerminalState {
	#state: State = "ground";
	#params = "";
	#modes = new Map<number, boolean>();
	/** The style sequences since the last reset of the style. */
	#style: string[] = [];

	get isGround(): boolean {
		return this.#state === "ground";
	}

	/** Takes one byte. */
	step(byte: number): void {
		switch (this.#state) {
			case "ground":
				if (byte === escapeByte) this.#state = "escape";
				return;
			case "escape":
				this.#afterEscape(byte);
				return;
			case "intermediate":
				if (byte >= 0x30) this.#state = "ground";
				return;
			case "csi":
				this.#inCsi(byte);
				return;
			case "string":
				if (byte === bell) this.#state = "ground";
				else if (byte === escapeByte) this.#state = "stringEscape";
				return;
			case "stringEscape":
				if (byte === 0x5c) this.#state = "ground";
				else this.#afterEscape(byte);
				return;
		}
	}

	/** What brings a fresh terminal into this state. */
	preamble(): string {
		const modes = [...this.#modes].filter(([mode, on]) => on !== onByDefault.has(mode));
		return modes.map(([mode, on]) => `\x1b[?${mode}${on ? "h" : "l"}`).join("") + this.#style.join("");
	}

	#afterEscape(byte: number): void {
		this.#params = "";
		if (byte === 0x5b) this.#state = "csi";
		else if (byte === 0x5d || byte === 0x50 || byte === 0x5e || byte === 0x5f || byte === 0x58) this.#state = "string";
		else if (byte >= 0x20 && byte < 0x30) this.#state = "intermediate";
		else if (byte === escapeByte) this.#state = "escape";
		else {
			// ESC c is a full reset.
			if (byte === 0x63) this.#reset();
			this.#state = "ground";
		}
	}

	#inCsi(byte: number): void {
		if (byte === escapeByte) {
			this.#state = "escape";
		} else if (byte >= 0x40 && byte <= 0x7e) {
			this.#state = "ground";
			this.#sequence(String.fromCharCode(byte));
		} else if (byte >= 0x20 && this.#params.length < paramsLimit) {
			this.#params += String.fromCharCode(byte);
		}
	}

	#sequence(final: string): void {
		const params = this.#params;
		if ((final === "h" || final === "l") && params.startsWith("?")) {
			for (const mode of params.slice(1).split(";").map(Number)) {
				if (keptModes.has(mode)) this.#modes.set(mode, final === "h");
			}
		} else if (final === "m" && /^[0-9;:]*$/.test(params)) {
			if (/^(0*;)*0*$/.test(params)) this.#style = [];
			else this.#style.push(`\x1b[${params}m`);
			if (this.#style.join("").length > styleLimit) this.#style.shift();
		}
	}

	#reset(): void {
		this.#modes.clear();
		this.#style = [];
	}
}
