export function roomOf(path: string): string | null;
export function violation(from: string, to: string): string | null;
export const MAY_IMPORT: Readonly<Record<string, readonly string[]>>;
export const PACKAGE_OWNERS: Readonly<Record<string, readonly string[]>>;
