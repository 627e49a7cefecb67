#!/usr/bin/env node
import { enableCompileCache } from "node:module";

// Compiled code is kept between runs: the command line must start at once.
enableCompileCache();
const { run } = await import("./run.ts");
process.exitCode = await run(process.argv.slice(2));
