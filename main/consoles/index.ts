export type { Channel, ChannelTarget } from "./channel.ts";
export { Consoles, type ConsolesOptions } from "./consoles.ts";
