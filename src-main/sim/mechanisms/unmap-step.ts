import { files } from '@shared/state/tables';
import { at, type Local } from '../engine/place';
import { call, site, type Step } from '../engine/step';
import { kernel } from '../kernel';
import { PTE_TERMS, unmapFile, UNMAP_FILE_READS } from './address-space';
import { ALL_PAGES, changeWatchedFile, FILE_CHANGE, hasWatchedEntries, WATCHED_READS } from './change-watched-file';

/** Part of a file: constants, or what locals say. */
export interface FilePart {
  readonly first: Local | number;
  readonly pages: Local | number;
}

/** All of a file. */
export const WHOLE_FILE: FilePart = { first: 0, pages: ALL_PAGES };

const valueOf = (of: Local | number): number => (typeof of === 'number' ? of : of.v);

/**
 * The step of a layout operation that unmaps part of a file from every address space (unmap_mapping_range()). `parts` are what it may
 * be, `pick` says which. Where a device copied entries it is told first, and the step comes again.
 */
export function unmapStep<Name extends string>(name: Name, title: string, file: Local, parts: readonly FilePart[], pick = (): FilePart => parts[0]): Step<Name> {
  const tellers = new Map(parts.map(part => [part, site(changeWatchedFile, file, part.first, part.pages, FILE_CHANGE.unmap, 0)]));
  return {
    title, takes: at(files.iMmap, file), drops: [at(files.iMmap, file)], reads: [...UNMAP_FILE_READS, ...WATCHED_READS], writes: PTE_TERMS, calls: [...tellers.values()], to: [name], costNs: () => kernel.costs.unmapNs,
    run: go => {
      const part = pick();
      const [first, pages] = [valueOf(part.first), valueOf(part.pages)];
      if (hasWatchedEntries(file.v, first, pages, FILE_CHANGE.unmap)) return call(tellers.get(part)!, go[name]);
      unmapFile(file.v, first, first + pages);
      return undefined;
    },
  };
}
