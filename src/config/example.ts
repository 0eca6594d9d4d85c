/**
 * The documented example files, generated from the tables. Every key is commented out, so that a copy
 * of the file follows the defaults of later versions in whatever it does not choose itself.
 */
import type { Setting } from '../domain/setting.ts';
import { SECRET_NAMES } from './secret.ts';
import { ruleText } from './value-schema.ts';
import { SECTIONS, SETTINGS } from './known-settings.ts';

/** The text of `tradectl.example.toml`. */
export function exampleToml(): string {
  const lines = [
    '# tradectl.toml: every setting with its default.',
    '# Generated from the schema by `npm run generate:config`; copy it and uncomment what you change.',
    '# Searched in: --config FILE, $TRADECTL_HOME/tradectl.toml, ./tradectl.toml.',
    '# A variable wins over the file, a flag over both: TRADECTL_LIMITS_MAX_EQUITY_DRAWDOWN=0.12',
    '# `tradectl config check` lists every violation; `tradectl config show` says where a value is from.',
  ];
  for (const { name, doc } of SECTIONS) {
    if (name !== 'top') lines.push('', `# ${doc}`, `[${name}]`);
    for (const { key, setting } of SETTINGS.filter(({ section }) => section === name)) {
      lines.push('', ...wrap(setting.doc), `# It ${ruleText(setting)}.`);
      lines.push(`#${key} = ${tomlValue(setting.default)}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

/** The text of `.env.local.example`. */
export function exampleEnv(): string {
  const lines = [
    '# .env.local: secrets only, in $TRADECTL_HOME or the working directory; chmod 600, or it is refused.',
    '# A variable of the real environment wins. Give the key no right to withdraw.',
    ...SECRET_NAMES.map((name) => `#${name}=`),
  ];
  return `${lines.join('\n')}\n`;
}

function tomlValue(value: Setting['default']): string {
  return Array.isArray(value)
    ? `[${value.map((item) => JSON.stringify(item)).join(', ')}]`
    : JSON.stringify(value);
}

const WIDTH = 98;

function wrap(sentence: string): string[] {
  const lines: string[] = [];
  let line = '#';
  for (const word of sentence.split(' ')) {
    if (line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = '#';
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}
