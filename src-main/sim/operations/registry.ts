import { closePipe, ibvDereg, ibvReg, odirectRead, odirectWrite, rdmaWrite, readPipe, vmsplice } from './device-operations';
import { close, dup, open } from './descriptor-operations';
import { awaitBreakOperation, getlease, leaseBreakTime, onBreak, setlease } from './lease-operations';
import { chmod, create, fstat, link, rename, stat, truncate, unlink } from './name-operations';
import { fallocate, ftruncate, pread, pwrite } from './file-operations';
import { load, madvise, mmap, mprotect, mremap, munmap, store } from './memory-operations';
import { A_RANGE, type Operation } from './operation';
import {
  dropReference, mlock, munlock, pinPages, processVmRead, processVmWrite, procMemWrite, socket, takeReference, unpinPages, uringClose, uringRegisterOperation, uringUnregister,
  xdpClose, xdpRegisterOperation,
} from './pin-operations';
import { fork, waitpid } from './process-operations';
import { awaitDoneOperation, awaitHeldOperation, awaitWaitingOperation, exit, kill, wait } from './task-operations';

/** Every operation a lab may name, in the order of menus and help. */
export const OPERATIONS: readonly Operation[] = ([
  mmap, munmap, mprotect, mremap, madvise, load, store,
  pread, pwrite, ftruncate, truncate, fallocate,
  open, close, dup, create, link, rename, unlink, chmod, stat, fstat,
  setlease, getlease, onBreak, leaseBreakTime,
  odirectRead, odirectWrite, vmsplice, readPipe, closePipe,
  ibvReg, ibvDereg, rdmaWrite,
  uringRegisterOperation, uringUnregister, uringClose, xdpRegisterOperation, xdpClose, socket,
  processVmRead, processVmWrite, procMemWrite, mlock, munlock, takeReference, dropReference, pinPages, unpinPages,
  fork, waitpid, kill, exit, wait, awaitHeldOperation, awaitWaitingOperation, awaitDoneOperation, awaitBreakOperation,
] satisfies readonly Operation[]).map(withRange);

/** Whoever takes pages takes bytes too. */
function withRange(operation: Operation): Operation {
  return operation.parameters.some(({ type }) => type.kind === 'pages') ? { ...operation, parameters: [...operation.parameters, A_RANGE] } : operation;
}
