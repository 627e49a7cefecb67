export { applyRouterRules, attachRouter, detachRouter, type RouterPlace } from "./attach-router.ts";
export { type RouterPort, type RouterSpec, routerLink } from "./router-spec.ts";
