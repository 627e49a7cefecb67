export { applyRouterRules, attachRouter, detachRouter, type RouterPlace, readRouterRules } from "./attach-router.ts";
export { type RouterPort, type RouterSpec, routerLink } from "./router-spec.ts";
