/**
 * Why a fault on a DAX file maps 4 KiB pages where 2 MiB were asked for (VM_FAULT_FALLBACK; spec 3.5; fs/dax.c
 * dax_fault_check_fallback(), grab_mapping_entry(), dax_fault_iter(), dax_pmd_load_hole(), 6.19).
 */
export const PMD_FALLBACKS = {
  unaligned: 'address and file offset differ mod 2 MiB',
  private: 'a private mapping is written',
  mapping: 'the 2 MiB reach over the mapping',
  eof: 'the 2 MiB reach over the end of the file',
  entries: 'an entry of 4 KiB is in the 2 MiB',
  blocks: 'the file system has less than 2 MiB in one piece there',
  frames: 'the blocks are not aligned to 2 MiB',
  mapped: 'the zero page of 2 MiB was mapped meanwhile',
  shared: 'blocks of the 2 MiB are shared with another file: the lab copies page by page',
} as const;

export type PmdFallback = keyof typeof PMD_FALLBACKS;

const NAMES = Object.keys(PMD_FALLBACKS) as readonly PmdFallback[];

/** Reasons as numbers of an event, from 1. */
export const pmdFallbackNumber = (reason: PmdFallback): number => NAMES.indexOf(reason) + 1;

/** The sentence behind a number of an event. */
export const pmdFallbackText = (number: number): string => PMD_FALLBACKS[NAMES[number - 1] ?? 'entries'];
