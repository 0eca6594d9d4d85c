/** Plans as documents, without an engine: one row per finding, actions of every sort, and a desk that has them. */
import {
  createContext,
  type Context,
  type GlobalFlags,
  type Terminal,
} from '../../commands/context.ts';
import type { PlanDesk } from '../../commands/plan-desk.ts';
import { decimal, text, type DecimalText } from '../../src/domain/decimal.ts';
import { RECONCILE_FINDINGS } from '../../src/domain/plan.ts';
import type { AppliedRow, ApplyDocument } from '../../src/engine/operations/apply-document.ts';
import type {
  FindingRow,
  PlanDocument,
  PlanRequest,
  ProtectionRow,
  RepairRow,
} from '../../src/engine/operations/plan-document.ts';
import { fakeTerminal } from './fake-terminal.ts';

export function amount(written: string): DecimalText {
  return text(decimal(written));
}

export function findingRow(finding: string, more: Partial<FindingRow> = {}): FindingRow {
  return {
    symbol: 'TON/USD:USD',
    finding,
    position_id: null,
    registry: null,
    venue: { side: 'long', quantity: amount('100'), entry_price: amount('2.5') },
    difference: null,
    is_dust: false,
    value: null,
    protection: null,
    repair: [],
    protection_actions: [],
    evidence: `seen as ${finding} at the venue, which has answered two complete reads in a row`,
    ...more,
  };
}

export function repairRow(more: Partial<RepairRow> = {}): RepairRow {
  return {
    action_id: 'act-1',
    action: 'import-position',
    symbol: 'TON/USD:USD',
    position_id: 'pos-1',
    summary: 'long 100 at 2.5',
    finding: 'phantom',
    evidence: 'the venue lists it',
    ...more,
  };
}

export function protectionRow(more: Partial<ProtectionRow> = {}): ProtectionRow {
  return {
    ...repairRow({ action_id: 'act-2', action: 'place-stop', summary: 'stop sell 100 at 2.3' }),
    role: 'stop',
    side: 'sell',
    quantity: amount('100'),
    price: null,
    stop_price: amount('2.3'),
    client_order_id: null,
    replaces: [],
    ...more,
  };
}

export interface PlanWords {
  readonly findings?: readonly FindingRow[];
  readonly repairs?: readonly RepairRow[];
  readonly protections?: readonly ProtectionRow[];
  readonly unknown?: PlanDocument['unknown'];
  readonly outOfScope?: number;
  readonly attention?: readonly string[];
  readonly mode?: string;
  readonly planId?: string;
}

export function planDocument(words: PlanWords = {}): PlanDocument {
  return {
    schema: 'tradectl.plan/1',
    as_of_ms: 1_700_000_000_000,
    account: 'main',
    venue: 'kraken',
    mode: words.mode ?? 'paper',
    plan_id: words.planId ?? 'plan-1',
    base_seq: 7,
    request: {
      kind: 'reconcile',
      symbols: [],
      rows: [],
      reason: null,
      stops: {},
      no_stop_reason: null,
    },
    out_of_scope: words.outOfScope ?? 0,
    attention: words.attention ?? [],
    looks: 1,
    unknown: words.unknown ?? [],
    findings: words.findings ?? [],
    repair: { plan_id: 'plan-r', actions: words.repairs ?? [] },
    protection: { plan_id: 'plan-p', actions: words.protections ?? [] },
  };
}

/** One phantom with its import and its stop. */
export function phantomPlan(words: PlanWords = {}): PlanDocument {
  return planDocument({
    findings: [findingRow('phantom')],
    repairs: [repairRow()],
    protections: [protectionRow()],
    ...words,
  });
}

/** A row for every finding there is, with the longest things that still are ordinary. */
export function everyFinding(): PlanDocument {
  return planDocument({
    findings: RECONCILE_FINDINGS.map((finding, at) =>
      findingRow(finding, {
        symbol: `MARKET${at}/USD:USD`,
        registry: { side: 'short', quantity: amount('1234.56789012'), entry_price: null },
        protection: {
          state: 'under',
          covered_quantity: amount('12.5'),
          stop_price: amount('0.00001234'),
        },
      }),
    ),
    repairs: [repairRow({ symbol: 'MARKET5/USD:USD' })],
    protections: [protectionRow({ symbol: 'MARKET5/USD:USD' })],
    unknown: [{ what: 'fills', reason: 'the venue answered with half a page of something else' }],
    outOfScope: 3,
  });
}

export function applied(
  outcomes: readonly AppliedRow['outcome'][] = ['applied'],
  more: Partial<ApplyDocument> = {},
): ApplyDocument {
  const count = (wanted: readonly AppliedRow['outcome'][]): number =>
    outcomes.filter((each) => wanted.includes(each)).length;
  return {
    schema: 'tradectl.apply/1',
    as_of_ms: 1_700_000_000_000,
    plan_id: 'plan-1',
    actions: outcomes.map((outcome, at) => ({
      action_id: `act-${at}`,
      action: 'import-position',
      symbol: 'TON/USD:USD',
      summary: 'long 100 at 2.5',
      outcome,
      detail: outcome === 'applied' ? null : 'a fill of 5 arrived',
    })),
    applied: count(['applied']),
    refused: count(['stale', 'denied', 'rejected']),
    in_doubt: count(['in doubt']),
    attention: [],
    backup: '/home/maria/.tradectl/backups/state-7-plan-1.db',
    ...more,
  };
}

export interface FakeDesk extends PlanDesk {
  readonly requests: PlanRequest[];
  readonly handed: PlanDocument[];
}

/** Answers with these plans one after the other, the last one for ever. */
export function fakeDesk(
  plans: readonly [PlanDocument, ...PlanDocument[]],
  result: ApplyDocument = applied(),
): FakeDesk {
  const requests: PlanRequest[] = [];
  const handed: PlanDocument[] = [];
  return {
    requests,
    handed,
    plan: async (_home, request) => {
      requests.push(request);
      const at = Math.min(requests.length, plans.length) - 1;
      return { ...(plans[at] ?? plans[0]), request };
    },
    apply: async (_home, { document }) => {
      handed.push(document);
      return result;
    },
  };
}

export interface Screen {
  readonly context: Context;
  readonly out: () => string;
  readonly err: () => string;
}

export function screen(flags: GlobalFlags = {}, facts: Partial<Terminal> = {}): Screen {
  const fake = fakeTerminal(facts);
  return {
    context: createContext(fake.terminal, flags),
    out: () => fake.out(),
    err: () => fake.err(),
  };
}

export function widest(text_: string): number {
  return Math.max(...text_.split('\n').map((line) => line.length));
}
