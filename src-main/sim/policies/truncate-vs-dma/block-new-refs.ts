import { source } from '@shared/domain/source';
import { files, filesystems, hosts } from '@shared/state/tables';
import { emit } from '../../engine/events';
import { answer } from '../../engine/machine';
import { mechanism } from '../../engine/mechanism';
import { at, every, frame, pagesAt } from '../../engine/place';
import { call, done, fail, site } from '../../engine/step';
import { kernel } from '../../kernel';
import { PTE_TERMS } from '../../mechanisms/address-space';
import { isIdle } from '../../mechanisms/folio-counts';
import { changeLayout } from '../../mechanisms/change-layout';
import { BUSY_READS, firstBusyIndex } from '../../mechanisms/remove-blocks';
import { unmapStep, WHOLE_FILE } from '../../mechanisms/unmap-step';
import type { TruncateVsDma } from '../policy';

const T = frame('file', 'first', 'pages', 'op', 'pfn');
const iolock = at(files.iolock, T.file);
const invlock = at(files.invlock, T.file);
const frozen = at(files.frozen, T.file);
const entryLock = pagesAt(files.entryLock, T.file);
const remove = site(changeLayout, T.file, T.first, T.pages, T.op);
const host = (): number => filesystems.host.get(files.fs.get(T.file.v));

const unmapWhole = unmapStep('R3', 'unmap the whole file', T.file, [WHOLE_FILE]);

const layoutOperation = mechanism({
  name: 'layout/block-new-refs',
  source: 'spec 4.4; thread of 30 Oct 2017, Christoph Hellwig’s second idea',
  frame: T,
  order: 'R1 R2 R3 R4 R5 R5s R6 R9 R10',
  steps: {
    R1: { title: 'take iolock', takes: iolock },
    R2: { title: 'take invalidate_lock', takes: invlock },
    R3: {
      ...unmapWhole, title: 'refuse new references and unmap the whole file', writes: [frozen, ...PTE_TERMS],
      run: (go, choice) => {
        frozen.v = 1;
        return unmapWhole.run?.(go, choice);
      },
    },
    R4: {
      title: 'scan for a busy page', when: () => entryLock.find(0, Number.MAX_SAFE_INTEGER, holder => holder !== 0) < 0,
      waitsFor: { kind: 'entry', file: 'file', index: 'first' },
      reads: [...BUSY_READS, entryLock], to: ['R5', 'R9'], costNs: () => kernel.costs.scanNs,
      run: go => {
        const busy = firstBusyIndex(T.file.v, 0, Number.MAX_SAFE_INTEGER);
        if (busy < 0) return go.R9;
        T.pfn.v = busy + files.blockDelta.at(T.file.v, busy);
        emit('layout-wait', T.file.v, T.pfn.v);
        return go.R5;
      },
    },
    R5: { title: 'drop invalidate_lock', drops: [invlock] },
    R5s: {
      title: 'sleep until the page is idle', when: () => isIdle(host(), T.pfn.v), waitsFor: { kind: 'page-idle', pfn: 'pfn' },
      reads: every(hosts.refs), forgets: [T.pfn], costNs: () => kernel.costs.wakeNs,
    },
    R6: { title: 'retake invalidate_lock and look again', takes: invlock, to: ['R4'], run: go => go.R4 },
    R9: { title: 'carry the operation out', calls: [remove], run: () => call(remove) },
    R10: { title: 'allow references, drop both locks and return', writes: [frozen], drops: [invlock, iolock], to: ['done'], run: () => { frozen.v = 0; return answer.result < 0 ? fail(answer.errno) : done(); } },
  },
});

export const blockNewRefs: TruncateVsDma = {
  axis: 'truncate-vs-dma',
  id: 'block-new-refs',
  title: 'Refuses new references while it waits for the old ones',
  doc: 'A flag makes get_user_pages fail while a truncate waits. Nobody expects taking a reference to fail: callers see EAGAIN.',
  era: 'discussed 2017',
  source: source('thread of 30 Oct 2017 (Hellwig’s second idea); spec 4.4; EAGAIN is this model’s choice', 'S', 'X'),
  layoutOperation,
  keepsBusyBlocks: false,
  onShare: 'wait-by-default',
  onEviction: 'by-era',
};
