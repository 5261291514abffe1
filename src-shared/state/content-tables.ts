import { count, flag, id, int, table } from './table';

/** What a page holds is one symbol, unless somebody wrote a part of it: then the part is a fragment. Fragments never overlap. */
export const fragments = table('fragment', 'Bytes of pages that have another content than the rest of their page.', {
  pfnFirst: id('first frame'),
  firstByte: id('first byte, within each page'),
  pageCount: count('length', { unit: 'pages' }),
  endByte: int('byte behind the last one, within each page; 0 is no fragment'),
  tag: int('symbolic content, as of a frame'),
  unflushed: flag('newer in CPU caches than in persistent memory'),
  persisted: int('what persistent memory has there, where CPU caches are newer'),
}, {});

/** What went wrong with contents last; S3 and S15 judge it. */
export const mishaps = table('mishap', 'The last store that a zeroing wiped out, and the last read of what a block held before.', {
  nth: id('always 0'),
  wiped: flag('a zeroing step wiped out a store'),
  wipedPfn: int('first frame whose store was wiped out', { hidden: true }),
  wipedTag: int('what had been stored', { hidden: true }),
  wipedBy: int('actor that zeroed', { hidden: true }),
  exposed: flag('somebody read content that is older than the allocation of its block'),
  exposedPfn: int('first frame so read', { hidden: true }),
  exposedTag: int('what was read', { hidden: true }),
  exposedTo: int('actor that read', { hidden: true }),
}, {});
