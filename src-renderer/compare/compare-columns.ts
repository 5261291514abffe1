import { policyLabels, wordOf, type ComparedRun, type Comparison } from '@shared/trace/comparison';
import { showNs } from '@shared/units/show';

export const VERDICT_WORDS = { holds: 'holds', safety: 'safety', liveness: 'liveness', bound: 'not complete' } as const;
export const VERDICT_SIGNS = { holds: '✓', safety: '✗', liveness: '✗', bound: '…' } as const;

/** A policy as a row names it: the preset, and what differs from it. */
export interface PolicyName {
  readonly main: string;
  readonly rest: string;
}

/** Names of the rows: what they have in common is left to the heading. */
export function policyNames(comparison: Comparison): readonly PolicyName[] {
  return policyLabels(comparison).own.map(text => {
    const [main = '', ...rest] = text.split(',');
    return { main, rest: rest.join(', ') };
  });
}

/** What a run cost beside time, in words; empty if nothing. */
export const costWords = ({ cost }: ComparedRun): string =>
  [
    cost.waits > 0 ? `${cost.waits} ${cost.waits === 1 ? 'wait' : 'waits'}` : '',
    cost.zeroedPages > 0 ? `${cost.zeroedPages} zeroed` : '',
    cost.bouncedPages > 0 ? `${cost.bouncedPages} bounced` : '',
  ].filter(text => text !== '').join(', ');

/** How an operation's cell looks: as it should, refused, or held up for good. */
export function moodOf(row: ComparedRun, op: string): 'good' | 'refused' | 'blocked' | 'none' {
  const outcome = row.operations.find(candidate => candidate.op === op);
  if (outcome?.blockedOn !== undefined && outcome.blockedOn !== null) return 'blocked';
  if (outcome?.state !== 'done') return 'none';
  return outcome.errno !== null || outcome.killedBy !== null ? 'refused' : 'good';
}

/** What hovering an operation's cell tells. */
export function operationTitle(row: ComparedRun, op: string): string {
  const outcome = row.operations.find(candidate => candidate.op === op);
  if (outcome === undefined) return '';
  const held = outcome.blockedNs > 0 ? `, held up for ${showNs(outcome.blockedNs)}` : '';
  return `${outcome.text}: ${wordOf(row, op)}${held}${outcome.assumed ? ' (assumed: nobody knows)' : ''}${outcome.blockedOn === null ? '' : `\n${outcome.blockedOn.split('; ').join('\n')}`}`;
}
