export { applyRouterRules, attachRouter, type RouterPlace } from "./attach-router.ts";
export { type RouterPort, type RouterSpec, routerLink } from "./router-spec.ts";
