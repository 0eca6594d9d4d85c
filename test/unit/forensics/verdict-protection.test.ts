/** Whether it was protected: each step of a stop, each hole in the cover, and how far that is known. */
import { afterEach, expect, test } from 'vitest';
import { ms } from '../../../src/domain/clock.ts';
import { ownEvidence } from '../../../src/forensics/trace/own-evidence.ts';
import { drawnTimeline } from '../../../src/forensics/trace/drawn-timeline.ts';
import type { Evidence } from '../../../src/forensics/verdict/statement.ts';
import { journalHome, NOTE, TON, type JournalHome } from '../../support/journal-home.ts';
import {
  cancelled,
  covered,
  died,
  find,
  rejected,
  smallLife,
  started,
  stop,
  stopAt,
  uncovered,
  type Batch,
} from '../../support/small-life.ts';

let home: JournalHome;
afterEach(() => home.remove());

function lived(...batches: readonly Batch[]): Evidence {
  const life = smallLife(...batches);
  home = life.home;
  return life.traced();
}

test.each<[string, readonly Batch[], string, RegExp]>([
  [
    'covered all the time',
    ['open', [covered]],
    'covered',
    /A stop at 1\.9 covered all of it .* 210 ms after it opened, until the last event of the journal \(.*\); whether one has stood there since is not known here/,
  ],
  [
    'its stop moved',
    ['open', stopAt('stop-1', '1.9'), [covered], stopAt('stop-2', '2.1'), [cancelled]],
    'covered',
    /^A stop covered all .* It stood at 1\.9 from [^(]+ \(stop_loss\) and 2\.1 from [^(]+ \(stop_loss\)\.$/,
  ],
  [
    'a stop that was refused is no step',
    ['open', stopAt('stop-2', '1.9'), [covered], [stop], [rejected]],
    'covered',
    /^A stop at 1\.9 covered all .*only the venue can tell\.$/,
  ],
  [
    'its stop moved often',
    ['open', [covered], ...Array.from({ length: 8 }, (_, n) => stopAt(`s-${n}`, `1.${n + 1}`))],
    'covered',
    /It stood at 1\.1 from .* first and at 1\.8 from .* last, 8 stops in all\.$/,
  ],
  [
    'covered only later',
    ['open', [uncovered], [covered]],
    'covered',
    /^A stop at 1\.9 covered all of it from [\d-]+ \S+, until the last event of the journal \(.*\); whether/,
  ],
  [
    'an alarm that stands',
    ['open', [covered], [uncovered]],
    'uncovered-now',
    /stops cover 4 of 10 since .* by hand/,
  ],
  [
    'an alarm that ended',
    ['open', [covered], [uncovered], [covered]],
    'uncovered-then',
    /for 1\.0 s, stops covered 4 of 10/,
  ],
  ['never covered', ['open'], 'never-covered', /No stop has covered it since it opened/],
])('%s', (_name, life, rule, sentence) => {
  expect(find(lived(...life), rule)?.text).toMatch(sentence);
});

test('a running bot says until now, an ended one does not', () => {
  const evidence = lived([started], 'open', [covered]);
  const lives = evidence.lives.map((life) => ({ ...life, end: 'running' as const }));
  const text = (of: Evidence): string | undefined => find(of, 'covered')?.text;
  expect(text({ ...evidence, lives })).toMatch(/until now, says the running bot\.$/);
  expect(text(evidence)).not.toMatch(/ now/);
  expect(find(evidence, 'covered')?.command).toBe('tradectl trace pos-1 --venue');
});

test.each([
  ['no stop', [], /^No stop stands at the venue for long 0\.01 of TON/],
  ['a stop', [{ symbol: TON, quantity: '0.01', stopPrice: '1' }], /lists stops .* 0\.01 at 1\./],
  ['orders that cannot be read', null, /cannot be known .* could not be read/],
])('a position that only the venue has, with %s', (_name, stops, sentence) => {
  home = journalHome();
  home.journal.append([NOTE]);
  const request = { ref: '1', all: false, asOfMs: home.clock.now() };
  const positions = [{ symbol: TON, side: 'long', quantity: '0.01' }];
  const asked = { takenMs: home.clock.now(), positions, stops };
  const venue = { ...asked, books: [], fills: [], coming: [] };
  const evidence = { ...ownEvidence(home.dir, request), symbols: [TON], venue };
  expect(find(evidence, 'stranger-protected')?.text).toMatch(sentence);
});

test('the death of the newest life is drawn where it fell silent, also when nobody started after it', () => {
  const evidence = lived([started], 'open', [covered], [NOTE]);
  const lives = evidence.lives.map((life) => ({ ...life, end: 'died' as const }));
  const drawn = drawnTimeline({ ...evidence, lives });
  expect(drawn.at(-1)).toMatchObject({
    kind: 'death',
    text: expect.stringContaining('nothing after it') as string,
  });
});

test('a silence on a recording has the time of both clocks', () => {
  const evidence = lived([started], 'open', [covered], [died, started]);
  const [first, second] = evidence.lives;
  const silent = (wall: readonly [number, number] | null): string | undefined => {
    const [lastBeatMs = 0, startedMs = 0] = wall ?? [];
    const lives = [
      { ...first!, ...(wall === null ? {} : { wall: { startedMs: ms(0), lastBeatMs } }) },
      {
        ...second!,
        ...(wall === null ? {} : { wall: { startedMs: ms(startedMs), lastBeatMs: 0 } }),
      },
    ];
    return / starts? is at .*?, (.*) later/.exec(
      find({ ...evidence, lives }, 'silent-death')!.text,
    )?.[1];
  };
  expect(silent(null)).toBe('3.0 s');
  expect(silent([10_000, 13_000])).toBe('3.0 s');
  expect(silent([10_000, 70_000])).toBe("3.0 s of the bot's clock and 1m 0s of the host's");
});
