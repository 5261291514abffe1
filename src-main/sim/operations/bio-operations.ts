import { source } from '@shared/domain/source';
import type { Parameter } from '@shared/protocol/parameter';
import { filesystems, files, requests } from '@shared/state/tables';
import { site } from '../engine/step';
import { isPageCache } from '../mechanisms/cache-layout';
import { submitBio } from '../mechanisms/submit-bio';
import { END_IO, END_IO_PARAMETER } from './device-operations';
import { aDrive, aFile, aMapping, somePages, type Operation, type OperationReader } from './operation';

const THREAD = source('thread of 2019 on pages pinned through GUP; spec 9.2, 9.3', 'S');
const pageCount = (name: string, title: string, doc: string): Parameter =>
  ({ name, title, doc, required: false, type: { kind: 'quantity', dimension: 'count', min: 0, max: 256, default: 0 } });
const aFlag = (name: string, title: string, doc: string): Parameter => ({ name, title, doc, required: false, source: THREAD, type: { kind: 'flag', default: false } });
const numberOf = (read: OperationReader, parameter: string): number => (read.has(parameter) ? read.number(parameter, 'count') : 0);

/** Cached pages that the bio takes along. */
function cachedPart(read: OperationReader, drive: number): { readonly file: number; readonly first: number; readonly count: number } {
  if (!read.has('file')) return { file: 0, first: 0, count: 0 };
  const file = read.file('file');
  if (!isPageCache(file)) read.fail('file', `${read.text('file')} is a DAX file: it has no page cache`);
  else if (filesystems.drive.get(files.fs.get(file)) !== drive) read.fail('file', `${read.text('file')} is not on the drive that the bio goes to`);
  return { file, ...read.pages('cached', read.filePages(file)) };
}

export const submitBioOperation: Operation = {
  word: 'submit-bio',
  title: 'submit_bio',
  doc: 'A driver writes pages of several origins to a drive in one bio: of a user buffer, the zero page as filler, cached pages of a file, pages of the kernel. How end_io releases them is the policy bio-completion.',
  source: source('block/bio.c submit_bio(), __bio_release_pages(), fs/direct-io.c (6.19); spec 9.1–9.3', 'V', 'S'),
  parameters: [
    { ...aMapping, required: false }, somePages('pages of the user buffer, first+count within the mapping; all if not said'),
    pageCount('fill', 'filler', 'zero pages that fill up a block'),
    { ...aFile, doc: 'a file on the drive, whose cached pages go along', required: false },
    { name: 'cached', title: 'cached pages', doc: 'which pages of the file, first+count; all if not said. They have to be cached', required: false, type: { kind: 'pages' } },
    pageCount('kernelPages', 'pages of the kernel', 'pages of some part of the kernel, on which the submitter takes references'),
    pageCount('freshPages', 'fresh pages', 'pages that were allocated for the bio: their reference is the bio’s'),
    aDrive,
    { name: 'says', title: 'completion for', doc: 'what the submitter takes all of its pages for: chooses one of two end_io functions, sets the bool or the flag of the bio', required: false, source: THREAD, type: { kind: 'choice', values: ['gup', 'other'], default: 'gup' } },
    aFlag('forced', 'forced', 'one bio also where the kernel keeps user pages and its own in bios of their own (bio-flag-pinned)'),
    aFlag('getsFirst', 'gets first', 'the submitter takes a reference on filler and cached pages first, because end_io puts every page'),
    END_IO_PARAMETER,
  ],
  lower(read) {
    const drive = read.drive('drive');
    const buffer = read.has('mapping') ? read.mapping('mapping') : { vpnFirst: 0, pageCount: 0 };
    const pages = read.has('mapping') ? read.pages('pages', buffer.pageCount) : { first: 0, count: 0 };
    const { file, first, count } = cachedPart(read, drive);
    const [fill, kernelPages, freshPages] = ['fill', 'kernelPages', 'freshPages'].map(parameter => numberOf(read, parameter)) as [number, number, number];
    if (pages.count + fill + count + kernelPages + freshPages === 0) read.fail('mapping', 'a bio needs pages: of a mapping, a file, or the kernel');
    const parts = [
      [pages.count, `pages of ${read.has('mapping') ? read.text('mapping') : ''}`], [fill, 'zero pages'], [count, `cached pages of ${read.has('file') ? read.text('file') : ''}`],
      [kernelPages, 'pages of the kernel'], [freshPages, 'fresh pages'],
    ] as const;
    return {
      call: site(
        submitBio, read.op, read.process, buffer.vpnFirst + pages.first, pages.count, fill, file, first, count, kernelPages, freshPages, drive, requests.$.row(read.op),
        requests.says.valueOf(read.text('says')), END_IO.indexOf(read.text('endIo')), read.flag('forced') ? 1 : 0, read.flag('getsFirst') ? 1 : 0,
      ),
      text: `bio of ${parts.filter(([number]) => number > 0).map(([number, what]) => `${number} ${what}`).join(', ')}`,
    };
  },
};
