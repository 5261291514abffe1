import { ERRNO } from '@shared/domain/errno';
import { SIGNALS } from '@shared/domain/signal';
import { actors, mappings, operations, processes } from '@shared/state/tables';
import { emit } from '../engine/events';
import { answer, machine } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { at, every, frame, pagesAt } from '../engine/place';
import { call, done, fail, site } from '../engine/step';
import { kernel } from '../kernel';
import { allows, LOOKUP_READS, mappingAt, PTE } from './address-space';
import { CONTENT_TERMS, contentAt, flushPages, noteRead, READ_TERMS, storeBytes } from './contents';
import { pageFault } from './page-fault';
import { pieceOf } from './pieces';

/** `firstByte` to `endByte` are touched of each page; `flush` writes back CPU caches instead of reading. */
const T = frame('op', 'process', 'vpn', 'pages', 'write', 'firstByte', 'endByte', 'flush', 'done', 'here', 'run', 'signal');

const mmapLock = at(processes.mmapLock, T.process);
const pte = pagesAt(processes.pte, T.process);
const pfnDelta = pagesAt(processes.pfnDelta, T.process);
const fault = site(pageFault, T.process, T.here, T.run, T.write, 0);

const isAccessible = (): boolean => allows(pte.at(T.here.v), T.write.v === 1);

/** Whether the address may be touched this way at all: the architecture looks before it asks for the page. */
function isGoodArea(): boolean {
  const mapping = mappingAt(T.process.v, T.here.v);
  if (mapping === 0) return false;
  return T.write.v === 1 ? mappings.writable.get(mapping) === 1 : mappings.unreadable.get(mapping) === 0;
}

/** The access itself: the same bytes of each page of the piece. */
function access(): void {
  const host = processes.host.get(T.process.v);
  const pfn = T.here.v + pfnDelta.at(T.here.v);
  const isZeroPage = pte.at(T.here.v) === PTE.zero;
  if (T.write.v === 1) {
    const { tag } = kernel.operations[operations.nth.get(T.op.v)];
    storeBytes(host, { pfn, pages: T.run.v, firstByte: T.firstByte.v, endByte: T.endByte.v }, tag);
    emit('store-landed', T.process.v, T.here.v, pfn, tag);
    return;
  }
  if (T.flush.v === 1) {
    if (!isZeroPage) flushPages(host, pfn, T.run.v);
    return;
  }
  if (!isZeroPage) noteRead(host, pfn, T.run.v);
  const seen = isZeroPage ? 0 : contentAt(host, pfn, T.firstByte.v);
  if (T.done.v === 0) operations.seen.set(T.op.v, seen);
  emit('load-done', T.process.v, T.here.v, isZeroPage ? 0 : pfn, seen);
}

/** A load from or store to each page of a range, or a write-back of its cache lines, faulting as often as needed. Answers pages; SIGSEGV where nothing (so) is mapped, SIGBUS where a fault fails. */
export const cpuAccess = mechanism({
  name: 'cpu-access',
  source: 'arch/x86/mm/fault.c do_user_addr_fault(), mm/memory.c handle_mm_fault() (6.19)',
  frame: T,
  order: 'CA1 CA2 CA3 CA4',
  steps: {
    CA1: {
      title: 'access through the page-table entry', to: ['CA1', 'CA2', 'done'], costNs: () => kernel.costs.accessNs,
      reads: [pte, pfnDelta], writes: [...CONTENT_TERMS, ...READ_TERMS],
      run: go => {
        if (T.done.v === T.pages.v) return done(T.done.v);
        T.here.v = T.vpn.v + T.done.v;
        T.run.v = pieceOf(T.pages.v, T.pages.v - T.done.v, pte.runEnd(T.here.v) - T.here.v, pfnDelta.runEnd(T.here.v) - T.here.v);
        if (!isAccessible()) return go.CA2;
        access();
        T.done.v += T.run.v;
        return go.CA1;
      },
    },
    CA2: {
      title: 'fault: take mmap_lock shared', takes: mmapLock, shared: true, reads: [...LOOKUP_READS, ...every(mappings.writable, mappings.unreadable)], calls: [fault], to: ['CA3'],
      run: go => {
        if (isGoodArea()) return call(fault);
        T.signal.v = SIGNALS.SIGSEGV;
        emit('fault-failed', T.process.v, T.here.v, SIGNALS.SIGSEGV);
        return go.CA3;
      },
    },
    CA3: {
      title: 'drop mmap_lock', drops: [mmapLock], to: ['CA1', 'CA4'],
      run: go => {
        if (T.signal.v === 0 && answer.result < 0) T.signal.v = SIGNALS.SIGBUS;
        return T.signal.v === 0 ? go.CA1 : go.CA4;
      },
    },
    CA4: {
      title: 'die of SIGSEGV or SIGBUS', writes: every(actors.signal), to: ['done'],
      run: () => {
        actors.signal.set(machine.self, T.signal.v);
        return fail(ERRNO.EFAULT);
      },
    },
  },
});
