import { source } from '@shared/domain/source';
import { arena } from '@shared/state/arena';
import { files, mappings, processes } from '@shared/state/tables';
import { fileName, nameOfRow } from '@shared/trace/names';
import type { StateInvariant } from './invariant';

const WRITE = processes.pte.valueOf('write');

export const s14MapSync: StateInvariant = {
  kind: 'state',
  id: 'S14',
  class: 'safety',
  sentence: 'What can be stored to through a MAP_SYNC mapping is found again after a power failure.',
  source: source('spec 10.1 S14, 3.6; fs/dax.c dax_finish_sync_fault() (6.19)', 'V'),
  watches: [processes.pte, mappings.sync],
  broken({ run }) {
    for (const mapping of mappings.$.rows(arena)) {
      const file = mappings.file.get(mapping);
      if (mappings.sync.get(mapping) === 0 || mappings.shared.get(mapping) === 0 || mappings.pageCount.get(mapping) === 0 || file === 0) continue;
      const index = firstUnsafe(mapping, file);
      if (index === null) continue;
      return { chain: [`${nameOfRow(arena, run, mapping)} maps ${fileName(run, file)}:${index} writable`, 'a replay of the log would not find that block', 'the page-table entry came before the fsync of the fault'] };
    }
    return null;
  },
};

/** First file page that the mapping may store to although the log has not its block; null if there is none. */
function firstUnsafe(mapping: number, file: number): number | null {
  const process = mappings.process.get(mapping);
  const shift = mappings.fileFirst.get(mapping) - mappings.vpnFirst.get(mapping);
  const end = mappings.vpnFirst.get(mapping) + mappings.pageCount.get(mapping);
  for (let vpn = mappings.vpnFirst.get(mapping); vpn < end;) {
    const index = vpn + shift;
    const isUnsafe = files.kind.at(file, index) !== files.durableKind.at(file, index) || files.blockDelta.at(file, index) !== files.durableDelta.at(file, index);
    if (processes.pte.at(process, vpn) === WRITE && isUnsafe) return index;
    vpn = Math.min(
      processes.pte.runEnd(process, vpn),
      Math.min(files.kind.runEnd(file, index), files.durableKind.runEnd(file, index), files.blockDelta.runEnd(file, index), files.durableDelta.runEnd(file, index)) - shift,
    );
  }
  return null;
}
