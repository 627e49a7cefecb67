/**
 * The parts of drizzle that are used, by way of its CommonJS build. As ES modules
 * they take over two seconds to load: Node reads the package's own description,
 * 190 KB of it, anew for each of their hundreds of files.
 */
module.exports = {
	...require("drizzle-orm"),
	...require("drizzle-orm/better-sqlite3"),
	...require("drizzle-orm/better-sqlite3/migrator"),
	...require("drizzle-orm/sqlite-core"),
};
