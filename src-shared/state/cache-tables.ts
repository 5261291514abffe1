import { count, id, int, ref, table } from './table';

/** What went wrong between the page cache and its media last; S3b judges it. */
export const cacheLosses = table('cache loss', 'Clean folios that were thrown away though they were newer than the medium.', {
  nth: id('always 0'),
  pages: count('pages lost so far', { unit: 'pages' }),
  file: ref('file of the last one', { hidden: true }),
  index: int('its file index', { hidden: true }),
  tag: int('what it held', { hidden: true }),
}, {});
