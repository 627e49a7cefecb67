export { CaptureFile } from "./capture-file.ts";
export { captureTarget } from "./capture-target.ts";
export { PcapCounter } from "./pcap-counter.ts";
export { saveCapture } from "./save-capture.ts";
