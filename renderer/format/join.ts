import { type ClassValue, clsx } from "clsx";

/** Joins class names; falsy ones are left out. */
export const classes = (...names: ClassValue[]): string => clsx(names);
