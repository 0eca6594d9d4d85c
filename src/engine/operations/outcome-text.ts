/** What became of one order that an operator asked for, in the words of documents and tables. */
import type { Outcome } from '../../domain/order.ts';

/** `accepted`, `denied: CODE`, `rejected: reason` or `in doubt: evidence`. */
export function outcomeText(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'accepted':
      return 'accepted';
    case 'denied':
      return `denied: ${outcome.code}`;
    case 'rejected':
      return `rejected: ${outcome.reason}`;
    case 'in_doubt':
      return `in doubt: ${outcome.evidence}`;
  }
}
