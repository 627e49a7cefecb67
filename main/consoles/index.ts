export type { CaptureTarget } from "./capture-channel.ts";
export type { Channel, ChannelTarget, VmTarget } from "./channel.ts";
export { Consoles, type ConsolesOptions } from "./consoles.ts";
