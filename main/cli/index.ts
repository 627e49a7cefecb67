#!/usr/bin/env node
import { enableCompileCache } from "node:module";

// Compiled code is kept between runs, also where the start script has not seen to it.
enableCompileCache();
const { run } = await import("./run.ts");
process.exitCode = await run(process.argv.slice(2));
