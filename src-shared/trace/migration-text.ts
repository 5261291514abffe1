/** Why a page stayed where it was; the numbers stand in events (mm/migrate_device.c; spec 8.2, 8.3). */
const REASONS: readonly string[] = [
  'the migration is not about this kind of memory',
  'somebody has it locked, and a migration does not wait',
  'it may be pinned: its entry is put back at once',
  'it cannot be taken off the LRU',
  'somebody has a reference beyond its mappings',
  'there is no page at the destination',
  'its count is not exactly that of its mappings and its mover',
  'its huge page cannot be split',
  'it is another device’s, or a special entry',
  'there is nothing to move',
  'something else has been mapped there meanwhile',
  'it is a page of a file, and device memory takes anonymous pages only',
];

export const stayText = (reason: number): string => REASONS[reason] ?? `reason ${reason}`;
