import { closePipe, ibvDereg, ibvReg, odirectRead, odirectWrite, rdmaWrite, readPipe, vmsplice } from './device-operations';
import { fallocate, ftruncate, pread, pwrite } from './file-operations';
import { load, madvise, mmap, mprotect, mremap, munmap, store } from './memory-operations';
import { A_RANGE, type Operation } from './operation';
import { fork, waitpid } from './process-operations';
import { awaitDoneOperation, awaitHeldOperation, awaitWaitingOperation, exit, kill, wait } from './task-operations';

/** Every operation a lab may name, in the order of menus and help. */
export const OPERATIONS: readonly Operation[] = ([
  mmap, munmap, mprotect, mremap, madvise, load, store,
  pread, pwrite, ftruncate, fallocate,
  odirectRead, odirectWrite, vmsplice, readPipe, closePipe,
  ibvReg, ibvDereg, rdmaWrite,
  fork, waitpid, kill, exit, wait, awaitHeldOperation, awaitWaitingOperation, awaitDoneOperation,
] satisfies readonly Operation[]).map(withRange);

/** Whoever takes pages takes bytes too. */
function withRange(operation: Operation): Operation {
  return operation.parameters.some(({ type }) => type.kind === 'pages') ? { ...operation, parameters: [...operation.parameters, A_RANGE] } : operation;
}
