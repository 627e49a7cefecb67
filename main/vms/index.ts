export { SerialLines } from "./consoles/serial-lines.ts";
export type { VmConsoles } from "./consoles/vm-consoles.ts";
export type { VmsDeps } from "./deps.ts";
export { Vms } from "./vms.ts";
