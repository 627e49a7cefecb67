export type { DomainListener, DomainNews } from "./domain-news.ts";
export { libvirtFailure, withLibvirtErrors } from "./failure.ts";
export { LibvirtHost, type LibvirtHostOptions } from "./libvirt-host.ts";
export { type BaseImage, type BaseVolume, checkBaseFormat, HostStorage, type StoredVolume } from "./storage.ts";
