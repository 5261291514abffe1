import { source } from '@shared/domain/source';
import { arena } from '@shared/state/arena';
import { hosts, processes } from '@shared/state/tables';
import { explainCounts } from '@shared/trace/holder-counts';
import { frameName, operationText } from '@shared/trace/names';
import { actors } from '@shared/state/tables';
import { operationWord, type EndInvariant, type RunOutcome } from './invariant';
import { runsIn } from '@shared/state/page-runs';

const PRIVATE = new Set(['private read', 'private write'].map(name => processes.pte.valueOf(name)));

/** Accesses of the CPU, and what faults pages in for others. */
const FAULTING: ReadonlySet<string> = new Set(['load', 'store', 'odirect-read', 'odirect-write', 'vmsplice', 'ibv-reg', 'process-vm-read', 'process-vm-write', 'mlock']);

/** A device page of the process that somebody holds beyond its mappings, and so does not move. */
function heldDevicePage({ run, host }: RunOutcome, actor: number): { readonly pfn: number; readonly held: readonly string[] } | null {
  const process = actors.process.get(run.actors[actor].row);
  for (const { first, count } of [...runsIn(arena, process, processes.pte.field)].filter(({ value }) => PRIVATE.has(value))) {
    const from = first + processes.pfnDelta.at(process, first);
    const pfn = hosts.refs.find(host, from, from + count, refs => refs > run.counts.baseRefs.private + 1);
    if (pfn >= 0) return { pfn, held: explainCounts(arena, run, pfn).refTerms.map(({ text }) => text) };
  }
  return null;
}

export const l6DeviceFaultProgresses: EndInvariant = {
  kind: 'end',
  id: 'L6',
  class: 'liveness',
  sentence: 'A CPU fault on device memory makes progress.',
  source: source('spec 10.2 L6, 8.4; mm/memory.c do_swap_page() (6.19)', 'D'),
  brokenBy(outcome) {
    return outcome.starving.filter(actor => FAULTING.has(operationWord(outcome, actor))).flatMap(actor => {
      const held = heldDevicePage(outcome, actor);
      if (held === null) return [];
      const { run } = outcome;
      return [{
        chain: [
          `${operationText(run, actors.op.get(run.actors[actor].row))} faults again and again: the whole state has come back to what it was`,
          `${frameName(arena, run, held.pfn)} is device memory, and the fault asks its driver to move it to RAM`,
          `its references: ${held.held.join(', ')}`,
          'the exact test of GMP wants those of the mapping, the fault and the mover, and nothing more: the page stays, and the fault answers 0',
        ],
      }];
    });
  },
};
