/** Where a configuration is read from, and the words in which it is judged. */

export type Origin = 'default' | 'file' | 'environment' | 'flag';

export interface ConfigSource {
  /** `--config`; null when the usual places are searched. */
  readonly configFile: string | null;
  readonly home: string | null;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Values of flags by dotted path; undefined is not given. */
  readonly overrides: Readonly<Record<string, unknown>>;
}

/** One value that cannot be, with the sentence that says why. */
export interface Violation {
  /** Dotted path, or the name of a variable or file. */
  readonly path: string;
  /** As it was written; secrets are masked. */
  readonly value: unknown;
  readonly rule: string;
  readonly source: Origin;
}
