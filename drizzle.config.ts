import { defineConfig } from "drizzle-kit";

/** `npm run migrations` writes what changed in the schema as the next SQL file; the product ships the files. */
export default defineConfig({
	dialect: "sqlite",
	schema: "./main/db/schema.ts",
	out: "./main/db/migrations",
});
