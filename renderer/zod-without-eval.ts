import { z } from "zod";

// zod compiles schemas with eval where it can. The page's CSP forbids that and would report each try.
z.config({ jitless: true });
