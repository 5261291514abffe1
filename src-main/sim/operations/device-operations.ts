import { source } from '@shared/domain/source';
import type { Parameter } from '@shared/protocol/parameter';
import { requests } from '@shared/state/tables';
import { site } from '../engine/step';
import { directIo } from '../mechanisms/direct-io';
import { FRAGMENT_BYTES } from '../mechanisms/bio-fragments';
import { drainPipe, vmsplice as vmspliceMechanism } from '../mechanisms/pipe';
import { aDrive, aMapping, aPipe, somePages, type Operation } from './operation';

export const END_IO = ['right', 'put', 'unpin', 'nothing', 'twice'];
export const END_IO_PARAMETER: Parameter = {
  name: 'endIo', title: 'end_io', doc: 'how its completion releases the pages: by the policy bio-completion, or wrongly, by put_page, by unpin, not at all, by unpin twice', required: false,
  type: { kind: 'choice', values: END_IO, default: 'right' }, source: source('thread of 2019 on pages pinned through GUP; spec 1.8', 'S', 'D'),
};
const FORGETS_DIRTY: Parameter = { name: 'forgetsDirty', title: 'forgets to dirty', doc: 'its completion marks no page dirty: the bug of a driver', required: false, type: { kind: 'flag', default: false } };

const FRAGMENTS: readonly Parameter[] = [
  {
    name: 'fragments', title: 'fragments', doc: 'the buffer is so many iovec entries of 512 bytes, in its first page, side by side; one of whole pages if not said', required: false,
    type: { kind: 'quantity', dimension: 'count', min: 1, max: 4 }, source: source('block/bio.c bio_iov_iter_get_pages() (6.19); spec 9.3', 'V'),
  },
  { name: 'apart', title: 'apart', doc: 'with 512 bytes between the fragments', required: false, type: { kind: 'flag', default: false } },
];

const directIoOperation = (word: 'odirect-read' | 'odirect-write', intoMemory: 0 | 1, doc: string): Operation => ({
  word,
  title: word,
  doc,
  source: source('open(2) O_DIRECT; fs/iomap/direct-io.c (6.19); spec 9.4', 'V'),
  parameters: [aMapping, somePages('pages of the buffer, first+count within the mapping; all if not said'), aDrive, END_IO_PARAMETER, ...(intoMemory === 1 ? [FORGETS_DIRTY] : []), ...FRAGMENTS],
  lower(read) {
    const mapping = read.mapping('mapping');
    const pages = read.pages('pages', mapping.pageCount);
    const fragments = read.has('fragments') ? read.number('fragments', 'count') : 0;
    if (fragments > 0 && pages.count !== 1) read.fail('fragments', 'fragments are of one page: name it in pages');
    return {
      call: site(directIo, read.op, mapping.process, mapping.vpnFirst + pages.first, pages.count, intoMemory, read.drive('drive'), requests.$.row(read.op), intoMemory === 1 && read.flag('forgetsDirty') ? 1 : 0, END_IO.indexOf(read.text('endIo')), fragments, read.flag('apart') ? 2 * FRAGMENT_BYTES : FRAGMENT_BYTES),
      text: `${word} ${intoMemory === 1 ? 'into' : 'from'} ${read.text('mapping')} pages ${pages.first}+${pages.count}${fragments > 0 ? ` in ${fragments} fragments` : ''}`,
    };
  },
});

export const odirectRead = directIoOperation('odirect-read', 1, 'Reads from a drive straight into mapped pages: the drive writes them by DMA while they are held.');
export const odirectWrite = directIoOperation('odirect-write', 0, 'Writes mapped pages straight to a drive: the drive reads them by DMA while they are held.');

export const vmsplice: Operation = {
  word: 'vmsplice',
  title: 'vmsplice',
  doc: 'Puts the pages of a mapping into a pipe. The pipe holds them with plain references until it is read or closed; no privilege is needed.',
  source: source('vmsplice(2); fs/splice.c iter_to_pipe() (6.19)', 'V', 'O'),
  parameters: [aMapping, somePages('pages to put, first+count within the mapping; all if not said'), aPipe],
  lower(read) {
    const mapping = read.mapping('mapping');
    const pages = read.pages('pages', mapping.pageCount);
    return {
      call: site(vmspliceMechanism, read.op, mapping.process, mapping.vpnFirst + pages.first, pages.count, read.pipe('pipe')),
      text: `vmsplice ${read.text('mapping')} pages ${pages.first}+${pages.count} into ${read.text('pipe')}`,
    };
  },
};

const drain = (word: 'read-pipe' | 'close-pipe', closes: 0 | 1, doc: string): Operation => ({
  word,
  title: word,
  doc,
  source: source('fs/pipe.c pipe_read(), pipe_release() (6.19)', 'V'),
  parameters: [aPipe],
  lower: read => ({ call: site(drainPipe, read.pipe('pipe'), closes), text: `${word} ${read.text('pipe')}` }),
});

export const readPipe = drain('read-pipe', 0, 'Reads all that is in a pipe; its buffers are released.');
export const closePipe = drain('close-pipe', 1, 'Closes the last end of a pipe; its buffers are released.');
