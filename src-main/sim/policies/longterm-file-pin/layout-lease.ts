import { ERRNO } from '@shared/domain/errno';
import { source } from '@shared/domain/source';
import type { Row } from '@shared/state/dictionary';
import { actors, files } from '@shared/state/tables';
import { leases, openFiles } from '@shared/state/vfs-tables';
import { PAGE_BYTES } from '@shared/units/pages';
import { assume } from '../../engine/assume';
import { answer, machine } from '../../engine/machine';
import { mechanism } from '../../engine/mechanism';
import { at, every, frame } from '../../engine/place';
import { call, done, fail, site } from '../../engine/step';
import { kernel } from '../../kernel';
import { KIND } from '../../mechanisms/allocate-blocks';
import { breakLeases } from '../../mechanisms/break-leases';
import { writeFile } from '../../mechanisms/file-access';
import { conflicting, firstLongtermFrame, LEASE_READS } from '../../mechanisms/lease-records';
import type { LongtermFilePin } from '../policy';
import { none } from '../truncate-vs-dma/none';

/** Answers 1 where the caller has a lease of its own on pinned pages of the range, and nobody else has one. */
const C = frame('file', 'first', 'pages', 'op', 'nonblock', 'own');

const breakOthers = site(breakLeases, C.file, 1, C.nonblock, 1);
const layoutLeases = (): readonly Row[] => conflicting({ file: C.file.v, writes: true, layout: true });
const isOwn = (lease: Row): boolean => actors.process.get(leases.holder.get(lease)) === actors.process.get(machine.self);
const end = (): number => C.first.v + C.pages.v;

const leaseCheck = mechanism({
  name: 'layout-lease-check',
  source: 'spec 5.7 LL3, LL4; RFC series of June 2019, list archive (Chinner, Wilcox, Gunthorpe)',
  frame: C,
  order: 'LL3 LL3b LL4',
  steps: {
    LL3: {
      title: 'who has a layout lease: an exclusive one of somebody else refuses, others are asked back', calls: [breakOthers], to: ['LL4', 'done'],
      reads: [...LEASE_READS, ...every(leases.exclusive, leases.holder, openFiles.nonblock, openFiles.file)],
      run: go => {
        const others = layoutLeases().filter(lease => !isOwn(lease));
        if (others.length === 0) return go.LL4;
        if (others.some(lease => leases.exclusive.get(lease) === 1) || kernel.policy.leaseBreak.atDeadline === 'refuse') return fail(ERRNO.ETXTBSY);
        const open = openFiles.$.row(C.op.v);
        C.nonblock.v = openFiles.file.get(open) === C.file.v ? openFiles.nonblock.get(open) : 0;
        return call(breakOthers);
      },
    },
    LL3b: { title: 'take the answer', to: ['done', 'LL4'], run: () => (answer.result < 0 ? fail(answer.errno) : undefined) },
    LL4: {
      title: 'does the caller hold pins of its own there, under its own lease?', reads: [...LEASE_READS, ...every(leases.holder)], to: ['done'],
      run: () => done(layoutLeases().some(isOwn) && firstLongtermFrame(C.file.v, C.first.v, end()) >= 0 ? 1 : 0),
    },
  },
});

const L = frame('file', 'first', 'pages', 'op');
const check = site(leaseCheck, L.file, L.first, L.pages, L.op);
const carryOut = site(() => kernel.policy.truncateVsDma.layoutOperation, L.file, L.first, L.pages, L.op);
const dropBlocks = site(none.layoutOperation, L.file, L.first, L.pages, L.op);

const layout = mechanism({
  name: 'layout/under-lease',
  source: 'spec 5.7 LL3, LL4',
  frame: L,
  order: 'LO1 LO2 LO3',
  steps: {
    LO1: { title: 'ask the holders of layout leases', calls: [check], run: () => call(check) },
    LO2: {
      title: 'carry the operation out, unless somebody refuses', calls: [carryOut, dropBlocks], to: ['done'],
      run: () => {
        if (answer.result < 0) return fail(answer.errno);
        if (answer.result === 0) return call(carryOut);
        assume();
        return kernel.policy.knobs.ownerOp === 'allow' ? call(dropBlocks) : fail(ERRNO.ETXTBSY);
      },
    },
    LO3: { title: 'return', to: ['done'], run: () => (answer.result < 0 ? fail(answer.errno) : done()) },
  },
});

const W = frame('op', 'file', 'first', 'pages', 'head', 'tail');
const checkWrite = site(leaseCheck, W.file, W.first, W.pages, W.op);
const carryWrite = site(writeFile, W.op, W.file, W.first, W.pages, W.head, W.tail);

/** A write changes the layout where it extends the file or needs a block. */
const changesLayout = (): boolean =>
  files.kind.find(W.file.v, W.first.v, W.first.v + W.pages.v, kind => kind !== KIND.written) >= 0 || (W.first.v + W.pages.v - 1) * PAGE_BYTES + W.tail.v > files.size.get(W.file.v);

const write = mechanism({
  name: 'pwrite/under-lease',
  source: 'spec 5.7: writes that do not change the layout need no break (Gunthorpe)',
  frame: W,
  order: 'LW1 LW2 LW3',
  steps: {
    LW1: {
      title: 'ask the holders of layout leases, if the layout changes', reads: [at(files.size, W.file), ...every(files.kind)], calls: [checkWrite, carryWrite], to: ['LW3'],
      run: go => (changesLayout() ? call(checkWrite) : call(carryWrite, go.LW3)),
    },
    LW2: { title: 'write, unless somebody refuses', calls: [carryWrite], to: ['done'], run: () => (answer.result < 0 ? fail(answer.errno) : call(carryWrite)) },
    LW3: { title: 'return', to: ['done'], run: () => (answer.result < 0 ? fail(answer.errno) : done(answer.result)) },
  },
});

export const layoutLease: LongtermFilePin = {
  axis: 'longterm-file-pin',
  id: 'layout-lease',
  title: 'Only under a layout lease',
  doc: 'A long-term pin on a DAX file needs a layout lease (F_LAYOUT). Layout operations of others break the lease, or fail with ETXTBSY where it is exclusive; those of its holder on pinned pages are the knob ownerOp. A lease that is given up while pages are pinned lives until the last unpin: nobody settled that.',
  era: 'RFC of 2019, never merged',
  source: source('RFC series of 2019 (Weiny), list archive; the errno without a lease and zombie leases are not settled; spec 5.7', 'S', 'X', 'unknown'),
  fsdax: 'needs-lease',
  cacheSharedWrite: 'allow',
  refusesFiles: false,
  layoutLeases: true,
  guards: { layout, write, mechanisms: [leaseCheck, layout, write, none.layoutOperation] },
};
