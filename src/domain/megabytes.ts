/** Bytes for people. */
export const MB = 1_024 * 1_024;

/** Whole megabytes, as an operator reads them. */
export function megabytes(bytes: number): number {
  return Math.round(bytes / MB);
}
