/** A saved plan: written once, read back whole, and refused by name when something of it is missing. */
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readPlanFile, writePlanFile } from '../../../src/engine/operations/plan-file.ts';
import { everyFinding, phantomPlan } from '../../support/plan-documents.ts';

let dir = '';
let file = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tradectl-plan-'));
  file = join(dir, 'plan.json');
});
afterEach(() => rmSync(dir, { recursive: true }));

const fault = (content: string): { code: string; message: string } => {
  writeFileSync(file, content);
  return faultOf(() => readPlanFile(file));
};
function faultOf(act: () => unknown): { code: string; message: string } {
  try {
    act();
  } catch (error) {
    return error as { code: string; message: string };
  }
  throw new Error('nothing was refused');
}

describe('writing', () => {
  it.each([
    ['a plan with every finding', everyFinding()],
    ['a plan with both kinds of actions', phantomPlan()],
  ])('%s is read back as it was', (_name, document) => {
    writePlanFile(file, document);
    expect(readPlanFile(file)).toEqual(document);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('never replaces a file', () => {
    writePlanFile(file, phantomPlan());
    const before = readFileSync(file, 'utf8');
    expect(faultOf(() => writePlanFile(file, everyFinding()))).toMatchObject({ code: 'USAGE' });
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it('into a folder that is not there is refused with the file', () => {
    const nowhere = join(dir, 'none', 'plan.json');
    expect(faultOf(() => writePlanFile(nowhere, phantomPlan()))).toMatchObject({
      code: 'FILE_INVALID',
      message: expect.stringContaining(`${nowhere}: cannot be written`) as string,
    });
  });
});

describe('reading refuses', () => {
  const without = (change: (document: Record<string, unknown>) => void): string => {
    const document = structuredClone(phantomPlan()) as unknown as Record<string, unknown>;
    change(document);
    return JSON.stringify(document);
  };

  it('a file that is not there', () => {
    expect(faultOf(() => readPlanFile(file))).toMatchObject({ code: 'FILE_INVALID' });
  });

  it('a folder', () => {
    expect(faultOf(() => readPlanFile(dir)).message).toContain('is not a file');
  });

  it('a file that is too large for a plan', () => {
    writeFileSync(file, '');
    truncateSync(file, 17 * 1024 * 1024);
    expect(faultOf(() => readPlanFile(file)).message).toContain('is larger than 16 MB');
  });

  it.each([
    ['no JSON', 'tradectl', 'is no JSON'],
    ['another value', '[]', 'the document is []'],
    ['another document', '{"schema":"tradectl.status/1"}', 'schema is "tradectl.status/1"'],
    ['a missing id', without((plan) => delete plan['plan_id']), 'plan_id is missing'],
    [
      'a wrong request',
      without((plan) => void ((plan['request'] as { kind: string }).kind = 'x')),
      'request.kind is "x"',
    ],
    [
      'a missing stop',
      without((plan) => void ((plan['request'] as { stops: unknown }).stops = null)),
      'request.stops is null',
    ],
    [
      'an action without an id',
      without(
        (plan) =>
          delete (plan['repair'] as { actions: { action_id?: string }[] }).actions[0]!.action_id,
      ),
      'repair.actions[0].action_id is missing',
    ],
    [
      'an order with a number',
      without(
        (plan) =>
          void ((plan['protection'] as { actions: { quantity: unknown }[] }).actions[0]!.quantity =
            5),
      ),
      'protection.actions[0].quantity is 5',
    ],
    [
      'a finding without evidence',
      without((plan) => delete (plan['findings'] as { evidence?: string }[])[0]!.evidence),
      'findings[0].evidence is missing',
    ],
    [
      'a time that is text',
      without((plan) => void (plan['as_of_ms'] = 'now')),
      'as_of_ms is "now"',
    ],
  ])('%s', (_name, content, message) => {
    expect(fault(content)).toMatchObject({
      code: 'FILE_INVALID',
      message: expect.stringContaining(message) as string,
    });
  });
});
