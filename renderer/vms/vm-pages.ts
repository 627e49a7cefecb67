export { CreateVmPage } from "./create-vm-page.tsx";
export { VmPage } from "./vm-page.tsx";
