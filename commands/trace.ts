/** `tradectl trace REF`: everything that is known of one position, order or market, in time order, and what follows. */
import { resolve } from 'node:path';
import { foreignEvidence } from '../src/forensics/trace/foreign-evidence.ts';
import { ownEvidence } from '../src/forensics/trace/own-evidence.ts';
import { traceDocument, type TraceDocument } from '../src/forensics/trace/trace-document.ts';
import type { Evidence } from '../src/forensics/verdict/statement.ts';
import type { Context } from './context.ts';
import { jsonLine } from './output/json.ts';
import { traceText } from './output/trace-text.ts';

export interface TraceFlags {
  readonly db?: string;
  readonly log?: readonly string[];
  readonly venue?: boolean;
  readonly html?: string;
  readonly all?: boolean;
  readonly yes?: boolean;
}

export async function trace(context: Context, ref: string, flags: TraceFlags): Promise<number> {
  const document = await documentOf(context, ref, flags);
  context.out(context.json ? jsonLine(document) : await traceText(context, document));
  return 0;
}

async function documentOf(
  context: Context,
  ref: string,
  flags: TraceFlags,
): Promise<TraceDocument> {
  const asOfMs = context.clock.now();
  const request = { ref, all: flags.all === true, asOfMs };
  const db = flags.db === undefined ? null : resolve(flags.db);
  const evidence: Evidence =
    db === null ? ownEvidence(context.home, request).evidence : foreignEvidence(db, request);
  return traceDocument(evidence, db ?? context.home, asOfMs);
}
