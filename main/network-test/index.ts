export { NetworkTests } from "./network-tests.ts";
