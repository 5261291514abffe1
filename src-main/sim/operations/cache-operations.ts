import { source } from '@shared/domain/source';
import { site } from '../engine/step';
import { isPageCache } from '../mechanisms/cache-layout';
import { adviseFile, reclaimFile } from '../mechanisms/cache-reclaim';
import { writebackFile } from '../mechanisms/writeback';
import { aFile, somePages, type Operation, type OperationReader } from './operation';

/** A file that is page cache; anything else is said at its place. */
function cachedFile(read: OperationReader): number {
  const file = read.file('file');
  if (!isPageCache(file)) read.fail('file', `${read.text('file')} is a DAX file: it has no page cache`);
  return file;
}

export const writeback: Operation = {
  word: 'writeback',
  title: 'writeback',
  doc: 'The flusher writes the dirty pages of a file. Whether it asks for pins is the policy writeback-vs-pin.',
  source: source('mm/page-writeback.c write_cache_pages() (6.19); spec 9.5', 'V'),
  parameters: [aFile],
  lower: read => ({ call: site(writebackFile, cachedFile(read), 0), text: `writeback ${read.text('file')}` }),
};

export const fadvise: Operation = {
  word: 'fadvise',
  title: 'fadvise',
  doc: 'dontneed drops the cached pages of a range that are clean and that nobody maps, locks or holds.',
  source: source('posix_fadvise(2); mm/fadvise.c (6.19); spec 8.12', 'V', 'O'),
  parameters: [aFile, somePages('pages, first+count; all if not said'), { name: 'advice', title: 'advice', doc: 'what is advised', required: true, type: { kind: 'choice', values: ['dontneed'] } }],
  lower(read) {
    const file = cachedFile(read);
    const pages = read.pages('pages', read.filePages(file));
    return { call: site(adviseFile, file, pages.first, pages.count), text: `fadvise ${read.text('file')} pages ${pages.first}+${pages.count} dontneed` };
  },
};

export const reclaim: Operation = {
  word: 'reclaim',
  title: 'reclaim',
  doc: 'Memory pressure: kswapd looks at the cached pages of a file, writes out dirty ones and frees those that nobody else has.',
  source: source('mm/vmscan.c shrink_folio_list() (6.1, 6.19); spec 9.6', 'V'),
  parameters: [aFile, somePages('pages, first+count; all if not said')],
  lower(read) {
    const file = cachedFile(read);
    const pages = read.pages('pages', read.filePages(file));
    return { call: site(reclaimFile, file, pages.first, pages.count), text: `reclaim ${read.text('file')} pages ${pages.first}+${pages.count}` };
  },
};
