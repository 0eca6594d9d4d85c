/** `tradectl restore FILE`: a backup in the place of the journal, with what that loses said first. */
import { isoTime, ms } from '../src/domain/clock.ts';
import { counted } from '../src/domain/counted.ts';
import { prepareRestore, type RestoreFacts } from '../src/engine/operations/restore.ts';
import { confirmMild, confirmSevere } from './confirm.ts';
import type { Context } from './context.ts';
import { operatorOf } from './operator.ts';
import { jsonLine } from './output/json.ts';
import { safeText } from './output/safe-text.ts';
import { wrapped } from './output/wrap.ts';

export interface RestoreFlags {
  readonly yes?: boolean;
  readonly confirm?: string;
}

export async function restore(
  context: Context,
  file: string,
  flags: RestoreFlags,
): Promise<number> {
  const prepared = prepareRestore(context.home, file, context.clock);
  try {
    const { facts } = prepared;
    if (!context.json) context.err(before(facts));
    if (facts.relation === 'first') {
      const what = `restore the journal up to event ${facts.head.seq} of ${facts.account} into ${context.home}`;
      await confirmMild(context, { what, yes: flags.yes === true });
    } else {
      const what = `replace the journal of ${context.home}; the old one is kept`;
      await confirmSevere(context, { what, name: facts.account, given: flags.confirm });
    }
    const kept = prepared.commit(operatorOf(context));
    if (context.json) context.out(documentOf(context, facts, kept));
    else context.out(after(context, facts, kept));
    return 0;
  } finally {
    prepared.close();
  }
}

/** What is about to happen, told while it can still be left. */
function before(facts: RestoreFacts): string {
  return `${[...wrapped(backupText(facts)), ...wrapped(lossText(facts))].join('\n')}\n`;
}

function backupText({ file, head, headMs, account }: RestoreFacts): string {
  const until = headMs === null ? '' : `, recorded ${isoTime(ms(headMs))}`;
  return `${safeText(file)}: up to event ${head.seq} of ${safeText(account)}${until}, verified.`;
}

function lossText({ relation, head, replacedSeq, lost }: RestoreFacts): string {
  switch (relation) {
    case 'first':
      return 'This home has no journal yet: nothing is lost.';
    case 'same':
      return 'It holds exactly the journal of this home: nothing is lost.';
    case 'newer':
      return `It goes on where the journal of this home ends (event ${replacedSeq}): nothing is lost.`;
    case 'older': {
      const count = Object.values(lost).reduce((sum, each) => sum + each, 0);
      const range = count === 1 ? replacedSeq : `${head.seq + 1} to ${replacedSeq}`;
      return `Lost with it: ${counted(count, 'event')}, ${range}: ${listed(lost)}.`;
    }
    case 'other':
      return `It is another journal: all events of this home go, up to ${replacedSeq}: ${listed(lost)}.`;
    case 'unreadable': {
      const known =
        replacedSeq === null ? 'nobody knows how far it went' : knownEnd(head.seq, replacedSeq);
      return `The journal of this home cannot be read; ${known}.`;
    }
  }
}

function knownEnd(headSeq: number, markSeq: number): string {
  if (markSeq <= headSeq) return `its mark says ${markSeq}, which the backup has`;
  const lost =
    markSeq === headSeq + 1 ? `event ${markSeq} is` : `events ${headSeq + 1} to ${markSeq} are`;
  return `its mark says ${markSeq}: ${lost} lost`;
}

function listed(lost: Readonly<Record<string, number>>): string {
  const types = Object.entries(lost).toSorted(([a], [b]) => Number(weighs(b)) - Number(weighs(a)));
  const words = types.map(([type, count]) => `${count} ${safeText(type)}`);
  const more = types.length > 6 ? `, and ${types.length - 6} more types` : '';
  return `${words.slice(0, 6).join(', ')}${more}`;
}

function after(context: Context, { head }: RestoreFacts, kept: readonly string[]): string {
  const lines = [`Restored ${safeText(context.home)} to event ${head.seq}.`];
  for (const file of kept) lines.push(`Kept ${safeText(file)}`);
  const what =
    'Orders and fills of the time in between stand at the venue. The next start finds them, takes them ' +
    'over and protects them; reconcile shows it before.';
  return `${[...lines, ...wrapped(what, '')].join('\n')}\nNext:\n  tradectl reconcile\n  tradectl run\n`;
}

/** What money hangs on is named before cycles and rejections. */
function weighs(type: string): boolean {
  return /^(FILL$|POSITION_|HALT_|OPERATOR_)/.test(type);
}

function documentOf(context: Context, facts: RestoreFacts, kept: readonly string[]): string {
  return jsonLine({
    schema: 'tradectl.restore/1',
    as_of_ms: context.clock.now(),
    home: context.home,
    file: facts.file,
    account: facts.account,
    head_seq: facts.head.seq,
    head_hash: facts.head.hash,
    head_ms: facts.headMs,
    relation: facts.relation,
    replaced_seq: facts.replacedSeq,
    lost: facts.lost,
    kept,
  });
}
