import { files } from '@shared/state/tables';
import { at, type Local } from '../engine/place';
import type { Step } from '../engine/step';
import { kernel } from '../kernel';
import { PTE_TERMS, unmapFile, UNMAP_FILE_READS } from './address-space';

/** The step of a layout operation that unmaps pages [first, end) of a file from every address space (unmap_mapping_range()). */
export const unmapStep = (title: string, file: Local, range: () => readonly [first: number, end: number]): Step<never> => ({
  title, takes: at(files.iMmap, file), drops: [at(files.iMmap, file)], reads: UNMAP_FILE_READS, writes: PTE_TERMS, costNs: () => kernel.costs.unmapNs,
  run: () => { unmapFile(file.v, ...range()); },
});

/** All of a file. */
export const WHOLE_FILE = [0, Number.MAX_SAFE_INTEGER] as const;
