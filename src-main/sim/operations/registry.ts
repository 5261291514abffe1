import { dmabufExport, dmabufMove, dmabufRevoke, ibvRegDmabuf } from './dmabuf-operations';
import { withDeviceDax } from './device-dax-calls';
import { submitBioOperation } from './bio-operations';
import { fadvise, reclaim, writeback } from './cache-operations';
import { close, dup, open, passVerbsOperation } from './descriptor-operations';
import { awaitBreakOperation, getlease, leaseBreakTime, onBreak, setlease } from './lease-operations';
import { chmod, create, fstat, link, rename, setPinnableOperation, stat, truncate, unlink } from './name-operations';
import { closePipe, odirectRead, odirectWrite, readPipe, vmsplice } from './device-operations';
import { fallocateOperation, fsync, ftruncate, pread, pwrite, read } from './file-operations';
import { getPage, gpuAlloc, gpuEvict, gpuExclusive, gpuMigrateOperation, gpuRead, gpuSetAside, gpuWrite, putPage } from './gpu-operations';
import { modprobe, sysfsLook } from './kernel-feature-operations';
import { load, madvise, mmap, mprotect, mremap, munmap, store } from './memory-operations';
import { bindMw, dereg, ibvDereg, ibvReg, rereg } from './memory-registration';
import { dropCaches, mountOperation, reflinkOperation, setXflag, statx } from './inode-operations';
import { A_RANGE, type Operation } from './operation';
import {
  deviceRead, deviceWrite, dropReference, putOnLru, takeOffLru, mlock, munlock, pinPages, processVmRead, processVmWrite, procMemWrite, socket, takeReference, unpinPages, uringClose, uringRegisterOperation, uringUnregister,
  xdpClose, xdpRegisterOperation,
} from './pin-operations';
import { nvmetDisable, nvmetEnable, nvmfConnect, nvmfRead, nvmfWrite } from './nvmet-operations';
import {
  dmaMapOperation, dmaUnmapOperation, p2pAddResourceOperation, p2pAllocOperation, p2pDistanceOperation, p2pFindOperation, p2pFreeOperation, p2pGetOperation, p2pMmapOperation, p2pPublishOperation, p2pPutOperation, setAcsOperation,
} from './p2p-operations';
import { mbind, memoryBlock, migratePagesOperation, movePagesOperation } from './placement-operations';
import { awaitBootOperation, clwb, fsShutdown, powerFailureOperation } from './power-operations';
import { fork, waitpid } from './process-operations';
import { createCq, createPd, createQp, deallocPd, destroyQp, modifyQp, pollCq, qp } from './queue-pair-operations';
import { compareSwap, fetchAdd, postRecv, rdmaRead, rdmaWrite, send } from './rdma-operations';
import { awaitDoneOperation, awaitHeldOperation, awaitWaitingOperation, exit, kill, wait } from './task-operations';
import { nvmeHmb, nvmeProbeOperation, umount, unbind } from './teardown-operations';
import { fillFs, sync } from './whole-filesystem-operations';

/** Every operation a lab may name, in the order of menus and help. */
export const OPERATIONS: readonly Operation[] = ([
  mmap, munmap, mprotect, mremap, madvise, load, store, clwb,
  read, pread, pwrite, ftruncate, truncate, fallocateOperation, fsync, sync, fillFs,
  open, close, dup, create, link, rename, unlink, chmod, stat, fstat, statx, setXflag, dropCaches, setPinnableOperation, reflinkOperation,
  setlease, getlease, onBreak, leaseBreakTime, passVerbsOperation,
  odirectRead, odirectWrite, submitBioOperation, vmsplice, readPipe, closePipe,
  dmabufExport, dmabufMove, dmabufRevoke, ibvRegDmabuf,
  ibvReg, ibvDereg, dereg, rereg, bindMw,
  qp, createPd, createCq, createQp, modifyQp, destroyQp, deallocPd,
  rdmaWrite, rdmaRead, send, postRecv, fetchAdd, compareSwap, pollCq,
  uringRegisterOperation, uringUnregister, uringClose, deviceRead, deviceWrite, xdpRegisterOperation, xdpClose, socket,
  p2pMmapOperation, p2pAllocOperation, p2pFreeOperation, p2pPublishOperation, p2pAddResourceOperation, p2pGetOperation, p2pPutOperation, p2pDistanceOperation, p2pFindOperation, dmaMapOperation, dmaUnmapOperation, setAcsOperation,
  nvmetEnable, nvmetDisable, nvmfConnect, nvmfRead, nvmfWrite,
  gpuMigrateOperation, gpuRead, gpuWrite, gpuExclusive, gpuEvict, gpuAlloc, gpuSetAside, getPage, putPage,
  unbind, mountOperation, umount, fsShutdown, nvmeProbeOperation, nvmeHmb, sysfsLook, modprobe,
  writeback, fadvise, reclaim,
  processVmRead, processVmWrite, procMemWrite, mlock, munlock, takeReference, dropReference, pinPages, unpinPages, takeOffLru, putOnLru,
  movePagesOperation, mbind, migratePagesOperation, memoryBlock,
  fork, waitpid, kill, exit, wait, awaitHeldOperation, awaitWaitingOperation, awaitDoneOperation, awaitBreakOperation,
  powerFailureOperation, awaitBootOperation,
] satisfies readonly Operation[]).map(withDeviceDax).map(withRange);

/** Whoever takes pages takes bytes too. */
function withRange(operation: Operation): Operation {
  return operation.parameters.some(({ type }) => type.kind === 'pages') ? { ...operation, parameters: [...operation.parameters, A_RANGE] } : operation;
}
