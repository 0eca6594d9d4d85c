/** All rules over the evidence, in the order in which a reader asks: who, known, protected, ended, what is wrong, why. */
import { contradictions } from './contradictions.ts';
import { deaths } from './deaths.ts';
import { delays } from './delays.ts';
import { explanations } from './explanations.ts';
import { holders } from './holders.ts';
import { integrity } from './integrity.ts';
import { knowledge } from './knowledge.ts';
import { missing } from './missing.ts';
import { origin } from './origin.ts';
import { outcome } from './outcome.ts';
import { protection } from './protection.ts';
import { untold } from './untold.ts';
import { listed } from './words.ts';
import { statement, TOPICS, type Evidence, type Rule, type Statement } from './statement.ts';

const RULES: readonly Rule[] = [
  origin,
  knowledge,
  protection,
  outcome,
  deaths,
  holders,
  delays,
  missing,
  integrity,
  contradictions,
  explanations,
  untold,
];

const WRONG = ['delay', 'missing', 'contradiction', 'unknown'];

/** Never empty: where nothing is wrong, that is said. */
export function verdictOf(evidence: Evidence): Statement[] {
  const told = agreed(evidence);
  return evidence.isCopy === true ? [...told, statement('copy', 'unknown', OF_A_COPY)] : told;
}

const OF_A_COPY =
  'Cannot be known from a copy: what was committed after it was made, whether the bot runs, and what the log says.';

function agreed(evidence: Evidence): Statement[] {
  const said = RULES.flatMap((rule) => rule(evidence));
  const ordered = TOPICS.flatMap((topic) => said.filter((each) => each.topic === topic));
  if (ordered.some(({ topic, weight }) => WRONG.includes(topic) || weight === 'act'))
    return ordered;
  return [
    ...ordered,
    statement(
      'all-agree',
      'outcome',
      `Nothing is missing and nothing contradicts. ${looked(evidence)}`,
    ),
  ];
}

/** What that rests on, and what was not asked. */
function looked(evidence: Evidence): string {
  const { foreign, isCopy, log, venue } = evidence;
  const read = [
    ...(foreign ? ['the imported files'] : ['journal', 'registry']),
    ...(log === null || foreign ? [] : ['log']),
    ...(venue === null ? [] : ['venue']),
  ];
  const not = [
    venue === null && isCopy !== true && !foreign ? 'the venue was not asked (--venue)' : null,
    log === null ? (foreign ? 'no log is among them' : 'no log was read (--log)') : null,
    evidence.proof?.isWhole === false
      ? 'of the numbers between only those beside what is told (tradectl events gap looks at all)'
      : null,
  ].filter((each) => each !== null);
  return `Looked at: ${[listed(read), ...not].join('; ')}.`;
}
