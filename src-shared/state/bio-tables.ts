import { count, id, int, oneOf, ref, table } from './table';

/** Where a page of a bio comes from, which the kernel’s bio does not know (spec 9.1, 9.2). Without an entry: from a user buffer, whole. */
export const bioPages = table('bio page', 'Pages of a bio, where they are not just those of a user buffer.', {
  op: id('operation that submits the bio'),
  piece: id('which of its pieces, from 0'),
  origin: oneOf('who owns the reference on it', ['user buffer', 'zero page', 'page cache', 'kernel', 'transferred']),
  pfnFirst: int('first frame'),
  pageCount: count('length; 0 is no piece', { unit: 'pages' }),
  firstByte: int('first byte within the page', { unit: 'bytes' }),
  endByte: int('byte behind the last one; 0 is the whole page', { unit: 'bytes' }),
  hold: ref('the hold that end_io is there to release; none is a page that the bio has no reference on'),
  own: ref('the hold that the submitter releases itself, after end_io'),
}, {}, ['op']);
