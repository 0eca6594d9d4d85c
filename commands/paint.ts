/** Colour as an addition to words that already say it; chalk is loaded only when a stream takes it. */
export interface Paint {
  readonly good: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly strong: (text: string) => string;
}

const same = (text: string): string => text;
const PLAIN: Paint = { good: same, warn: same, bad: same, strong: same };

export async function paintFor(colour: boolean): Promise<Paint> {
  if (!colour) return PLAIN;
  const { Chalk } = await import('chalk');
  const chalk = new Chalk({ level: 1 });
  return { good: chalk.green, warn: chalk.yellow, bad: chalk.red, strong: chalk.bold };
}
