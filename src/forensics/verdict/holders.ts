/**
 * The process in whose time something happened that was recorded much later, where it did not fall silent: it ended
 * in order, or nothing says that it ever did. (A silent one is told by the rule of deaths.)
 */
import type { Life } from '../timeline.ts';
import { lateGroups, writtenWhen, type LateGroup } from './late-groups.ts';
import { isTimed, processName } from './look.ts';
import { cite, statement, type Evidence, type Rule, type Statement } from './statement.ts';
import { span } from './words.ts';

export const holders: Rule = (evidence) => {
  if (!evidence.foreign) return [];
  const groups = lateGroups(evidence);
  if (groups.length > 0 && evidence.lives.length === 0) return [noLives(groups)];
  return groups.flatMap((group) => {
    if (group.holder === null) return [];
    if (group.fate === 'ended') return [endedInOrder(evidence, group.holder)];
    return group.fate === 'lived-on' ? [noEnd(evidence, group.holder, group)] : [];
  });
};

function noLives(groups: readonly LateGroup[]): Statement {
  const text =
    'Which process lived when cannot be known from this evidence: no line was understood as the start of one.';
  return statement('no-lives', 'unknown', text, {
    weight: 'warning',
    evidence: groups.flatMap(({ events }) => events.slice(0, 1).map(cite)),
  });
}

function lineAt({ entries }: Evidence, means: 'run_started' | 'run_ended', at: number | null) {
  return entries.filter((entry) => entry.means === means && entry.atMs === at).slice(0, 1);
}

function capital(name: string): string {
  return `${name[0]?.toUpperCase()}${name.slice(1)}`;
}

function endedInOrder(evidence: Evidence, life: Life): Statement {
  const { time, lives } = evidence;
  const next = lives.find((each) => each.life > life.life) ?? null;
  const ended = life.endedMs ?? life.lastSignMs;
  const then =
    next === null
      ? ' No start since is noted.'
      : ` The next start is at ${time(next.startedMs)}, ${span(next.startedMs - ended)} later.`;
  const text = `${capital(processName(life, time))}, started at ${time(life.startedMs)}, ended in order at ${time(life.endedMs ?? life.lastSignMs)} by its own line.${then}`;
  const lines = [
    ...lineAt(evidence, 'run_started', life.startedMs),
    ...lineAt(evidence, 'run_ended', life.endedMs),
    ...lineAt(evidence, 'run_started', next?.startedMs ?? null),
  ];
  return statement('ended-in-order', 'run', text, { evidence: lines.map(cite) });
}

/** No start in between: whether one process lived all along is only as sure as its log is whole. */
function noEnd(evidence: Evidence, life: Life, group: LateGroup): Statement {
  const { time, entries } = evidence;
  const signs = entries.filter(
    (entry) =>
      isTimed(entry) &&
      (entry.source.kind === 'log' || entry.source.kind === 'journal') &&
      entry.atMs >= life.startedMs &&
      entry.atMs < group.fromMs,
  );
  const last = signs.toSorted((a, b) => b.atMs - a.atMs)[0];
  const silence =
    last === undefined
      ? ''
      : ` The last sign before what was written ${writtenWhen(evidence, group)} is of ${time(last.atMs)}, ${span(group.fromMs - last.atMs)} earlier.`;
  const text = `${capital(processName(life, time))}, started at ${time(life.startedMs)}: no end of it and no other start is noted until then, so by what is noted it lived on.${silence} A start that left no line would look the same.`;
  const lines = [
    ...lineAt(evidence, 'run_started', life.startedMs),
    ...(last === undefined ? [] : [last]),
  ];
  return statement('no-end-noted', 'run', text, { evidence: lines.map(cite) });
}
