/**
 * Bounds of a blueprint's text. They are checked while the text is being read, so
 * that a hostile document is refused before anything of its size is built.
 */
export const textLimits = {
	/** UTF-8 bytes of the whole document. */
	bytes: 1024 * 1024,
	/** Lexical tokens; a machine with ten settings takes about a hundred. */
	tokens: 40_000,
	/** Characters of one scalar or comment; a file's content is the longest that the format takes. */
	token: 512 * 1024,
	/** Collections inside collections, counted by the YAML parser (a document is one). */
	depth: 48,
	aliases: 1000,
	/** Values, with every alias counted as all that it stands for. */
	nodes: 20_000,
	keyLength: 256,
	/** Problems that are reported; more help nobody. */
	issues: 100,
} as const;

/** Bounds of what a blueprint may describe. */
export const formatLimits = {
	networks: 64,
	machines: 200,
	nics: 16,
	routes: 512,
	portsPerRoute: 64,
	files: 64,
	fileContent: 256 * 1024,
	commands: 64,
	arguments: 128,
	argumentLength: 16 * 1024,
	environment: 256,
	labels: 64,
	tags: 32,
} as const;

/** Bounds of the files that `files: source:` names. */
export const fileSourceLimits = { each: 16 * 1024 * 1024, all: 64 * 1024 * 1024 } as const;

/** Below these a machine does not start; the number is what its engine needs at least. */
export const smallest = {
	/** Under this, runc often cannot even start the container's first process. */
	machineMemory: 16 * 1024 ** 2,
	machineDisk: 16 * 1024 ** 2,
	/** The range's own engine lives inside this limit, with its machines. */
	rangeMemory: 256 * 1024 ** 2,
	rangeDisk: 512 * 1024 ** 2,
} as const;

export const defaultLimits = { cpus: 4, memoryBytes: 8 * 1024 ** 3, diskBytes: null } as const;
export const defaultReadyTimeoutMs = 120_000;
