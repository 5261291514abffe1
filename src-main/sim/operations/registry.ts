import { closePipe, ibvDereg, ibvReg, odirectRead, odirectWrite, rdmaWrite, readPipe, vmsplice } from './device-operations';
import { fallocate, ftruncate, pread, pwrite } from './file-operations';
import { load, mmap, munmap, store } from './memory-operations';
import type { Operation } from './operation';
import { awaitDoneOperation, awaitHeldOperation, awaitWaitingOperation, exit, kill, wait } from './task-operations';

/** Every operation a lab may name, in the order of menus and help. */
export const OPERATIONS: readonly Operation[] = [
  mmap, munmap, load, store,
  pread, pwrite, ftruncate, fallocate,
  odirectRead, odirectWrite, vmsplice, readPipe, closePipe,
  ibvReg, ibvDereg, rdmaWrite,
  kill, exit, wait, awaitHeldOperation, awaitWaitingOperation, awaitDoneOperation,
];
