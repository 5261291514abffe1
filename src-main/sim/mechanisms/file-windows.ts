import { arena } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { mappings } from '@shared/state/tables';
import { every } from '../engine/place';

/** Virtual pages of one mapping that show a range of a file, one after the other. */
export interface FileWindow {
  readonly mapping: Row;
  readonly process: Row;
  readonly vpn: number;
  readonly pages: number;
}

/** What {@link windowsOn} reads. */
export const WINDOW_READS = every(mappings.pageCount, mappings.vpnFirst, mappings.file, mappings.fileFirst);

/** Where pages [first, end) of a file are mapped, in every address space (vma_interval_tree_foreach()). */
export function windowsOn(file: Row, first: number, end: number): readonly FileWindow[] {
  return mappings.$.rows(arena).filter(mapping => mappings.file.get(mapping) === file).flatMap(mapping => {
    const shift = mappings.vpnFirst.get(mapping) - mappings.fileFirst.get(mapping);
    const from = Math.max(first, mappings.fileFirst.get(mapping));
    const to = Math.min(end, mappings.fileFirst.get(mapping) + mappings.pageCount.get(mapping));
    return from < to ? [{ mapping, process: mappings.process.get(mapping), vpn: from + shift, pages: to - from }] : [];
  });
}
