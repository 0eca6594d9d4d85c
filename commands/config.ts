/**
 * `tradectl config show|check|path`. The room of the configuration decides what is valid and where a
 * value came from; here are the words.
 */
import {
  findConfigFile,
  inspectConfig,
  type ConfigInspection,
  type ConfigSource,
} from '../src/config/inspect.ts';
import type { Context } from './context.ts';
import { jsonLine } from './output/json.ts';
import { safeText } from './output/safe-text.ts';
import { printTable } from './output/table.ts';

/** Every value in force; throws CONFIG_INVALID when there is none. */
export async function show(context: Context): Promise<number> {
  const inspection = inspectConfig(sourceOf(context));
  if (inspection.violations.length > 0) return tellCheck(context, inspection);
  const { file, settings } = inspection;
  if (context.json) {
    context.out(
      jsonLine({ schema: 'tradectl.config/1', as_of_ms: context.clock.now(), file, settings }),
    );
    return 0;
  }
  await printTable(
    context,
    [{ header: 'SETTING' }, { header: 'VALUE' }, { header: 'SOURCE' }],
    settings.map(({ path, value, source }) => [path, textOf(value), source]),
  );
  return 0;
}

/** A violated configuration is a finding: exit 1. */
export async function check(context: Context): Promise<number> {
  return tellCheck(context, inspectConfig(sourceOf(context)));
}

export async function path(context: Context): Promise<number> {
  const file = findConfigFile(sourceOf(context));
  if (context.json) {
    context.out(
      jsonLine({ schema: 'tradectl.config_path/1', as_of_ms: context.clock.now(), file }),
    );
  } else context.out(`${file === null ? 'No file: defaults are in force.' : safeText(file)}\n`);
  return 0;
}

function tellCheck(context: Context, { file, violations }: ConfigInspection): number {
  const valid = violations.length === 0;
  if (context.json) {
    const rows = violations.map(({ path: at, value, rule, source }) => ({
      path: at,
      value: textOf(value),
      rule,
      source,
    }));
    context.out(
      jsonLine({
        schema: 'tradectl.config_check/1',
        as_of_ms: context.clock.now(),
        file,
        valid,
        violations: rows,
      }),
    );
  } else if (valid) {
    context.out(`${file === null ? 'the defaults' : safeText(file)}: valid.\n`);
  } else {
    // Each line names its source: a variable is no violation of the file.
    context.out(`${violations.length} violation${violations.length === 1 ? '' : 's'}:\n`);
    for (const { path: at, value, rule, source } of violations) {
      context.out(`  ${safeText(`${at} = ${textOf(value)} (${source}): ${rule}`)}\n`);
    }
  }
  return valid ? 0 : 1;
}

function sourceOf(context: Context): ConfigSource {
  const { configFile, home, env } = context;
  return { configFile, home, cwd: process.cwd(), env, overrides: {} };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '-');
}
