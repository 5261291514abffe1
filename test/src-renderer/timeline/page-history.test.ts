import { expect, test } from 'vitest';
import { PageHistory, watchedPage, type WatchedPage } from '../../../src-renderer/timeline/page-history';
import { blockedTruncate } from '../../support/blocked-truncate';
import { BLOCK_0 } from '../../support/hand-built-run';

function historyOf(page: (made: ReturnType<typeof blockedTruncate>) => WatchedPage, perChunk = 4) {
  const made = blockedTruncate(8, perChunk);
  const history = new PageHistory(made.trace, made.run, page(made));
  while (!history.advance(3));
  return history.stretches.map(({ fromNs, fromStep, look }) => [fromNs, fromStep, look?.state, look?.refs]);
}

const truncatedPage = [
  [0, 0, 'file', 1],
  [1000, 1, 'short-pin', 1025],
  [3000, 4, 'dma', 1025],
  [7000, 5, 'short-pin', 1025],
  [8000, 6, 'file', 1],
  [8000, 7, 'free', 1],
];

test('a page is pinned, written by DMA, unpinned and freed', () => {
  expect(historyOf(() => ({ kind: 'frame', pfn: BLOCK_0 + 1 }))).toEqual(truncatedPage);
});

test('a page of a file is followed to its frame, and kept when the file lets go of it', () => {
  expect(historyOf(({ run }) => watchedPage('F:1', run)!, 1)).toEqual(truncatedPage);
});

test('a page that nobody touches looks the same from start to end', () => {
  expect(historyOf(() => ({ kind: 'frame', pfn: BLOCK_0 + 9 }))).toEqual([[0, 0, 'free', 0]]);
});

test('watch lists name pages of files, or frames', () => {
  const { run, built } = blockedTruncate();
  expect(watchedPage('F:3', run)).toEqual({ kind: 'file-page', file: built.file, index: 3 });
  expect(watchedPage('0x80001', run)).toEqual({ kind: 'frame', pfn: 0x80001 });
  expect(watchedPage('nothing:3', run)).toBeNull();
});
