import type { Mechanism } from '../engine/step';
import { adviseMemory } from './advise-memory';
import { breakLeases } from './break-leases';
import { evictInode } from './evict-inode';
import { awaitBreak, installLeaseHandler, leaseHandler, setBreakTime } from './lease-handler';
import { changeLinks, changeMode, createFile, setPinnable, statFile, truncatePath } from './name-calls';
import { closeFile, duplicate, openFile } from './open-close';
import { dropLooseFiles, putFile } from './put-file';
import { passVerbs } from './verbs-fd';
import { getLease, setLease } from './set-lease';
import { removeByAdvice } from './advise-remove';
import { exportDmabuf, moveDmabuf, moveNotify, revokeDmabuf } from './dmabuf-exporter';
import { mapDmabuf, registerDmabuf } from './dmabuf-importer';
import { changeLayout } from './change-layout';
import { changeWatchedFile } from './change-watched-file';
import { changeWatchedFrames } from './change-watched-frames';
import { fallocate } from './fallocate';
import { fillFilesystem } from './fill-filesystem';
import { syncAll } from './sync-all';
import { syncFile } from './fsync';
import { allocateBlocks } from './allocate-blocks';
import { anonymousFault } from './anonymous-fault';
import { busyExtentWorker, logCommit } from './busy-extents';
import { readCached, writeCached } from './cache-access';
import { cacheFault } from './cache-fault';
import { changeCached } from './cache-layout';
import { adviseFile, reclaimFile } from './cache-reclaim';
import { cowFault } from './cow-fault';
import { cpuAccess } from './cpu-access';
import { deregisterMemory } from './deregister-memory';
import { deviceDaxFault, deviceDaxRefusal } from './device-dax';
import { directIo } from './direct-io';
import { driverUnbind } from './driver-unbind';
import { dirtyWorker, driveEngine } from './drive-engine';
import { readFile, writeFile } from './file-access';
import { getUserPages } from './get-user-pages';
import { getUserPagesSlow } from './get-user-pages-slow';
import { awaitDone, awaitHeld, awaitWaiting, pause, sendSignal } from './lab-steps';
import { loadModule, lookForP2pmem } from './kernel-features';
import { layoutBreak } from './layout-break';
import { forkProcess, waitChild } from './fork';
import { mapMemory, protectMemory, remapMemory, unmapMemory } from './mapping-calls';
import { allocateDevicePages, setAsideDevicePages } from './device-allocation';
import { daxPmdFault } from './dax-pmd-fault';
import { deviceFault } from './device-fault';
import { emptyDevice, evictDevice } from './evict-device';
import { exclusiveFault } from './exclusive-fault';
import { makeExclusive } from './exclusive-access';
import { gpuAccess } from './gpu-access';
import { gpuEngine } from './gpu-engine';
import { gpuMigrate } from './gpu-migrate';
import { hostMemoryBuffer } from './host-memory-buffer';
import { hmmRangeFault } from './hmm-range-fault';
import { migrateCoherent } from './migrate-coherent';
import { migrateCopy } from './migrate-copy';
import { migratePages } from './migrate-pages';
import { migrateCollect, migrateUnmap } from './migrate-setup';
import { dropStray, takeStray } from './stray-reference';
import { invalidateRange, tellSubscriber } from './mmu-notifier';
import { pinLongterm } from './longterm-pin';
import { setLruPlace } from './lru-place';
import { writeMemoryBlock } from './memory-hotplug';
import { movePages, moveRange } from './move-pages';
import { softOffline } from './soft-offline';
import { openSocket } from './open-socket';
import { shutDownFilesystem } from './fs-shutdown';
import { awaitBoot, powerFailure } from './power-failure';
import { lockMemory, unlockMemory } from './lock-memory';
import { migrateFolios } from './migrate-folios';
import { memunmap } from './memunmap';
import { nvmeProbe } from './nvme-probe';
import { addPeerMemory, connectHost, disableNamespace, enableNamespace } from './nvmet-config';
import { hostIo } from './nvmet-io';
import { targetWire } from './nvmet-wire';
import { targetWorker } from './nvmet-worker';
import { p2pDistance } from './p2p-distance';
import { p2pFindMany } from './p2p-find';
import { p2pMap } from './p2p-map';
import { mapBufferFor, unmapBufferFor } from './p2p-map-calls';
import { p2pMmap } from './p2p-mmap';
import { p2pGet, p2pPut } from './p2p-page-calls';
import { p2pAlloc, p2pFree, p2pPublish } from './p2p-pool';
import { p2pAddResource } from './p2p-resource';
import { odpFault } from './odp-fault';
import { pageFault } from './page-fault';
import { drainPipe, vmsplice } from './pipe';
import { processExit } from './process-exit';
import { fixedIo } from './fixed-io';
import { releaseBuffer, takePages, uringRegister, xdpRegister } from './registered-buffers';
import { remoteAccess } from './remote-access';
import { bindMemoryWindow } from './memory-windows';
import { allocateDomain, createCompletionQueue, createQueuePair, destroyQueuePairCall, modifyQueuePair } from './queue-pair-calls';
import { pollCompletions, postWork } from './rdma-post';
import { requester } from './rdma-requester';
import { nicEngine } from './rdma-responder';
import { registerMemory } from './register-memory';
import { reregisterMemory } from './reregister-memory';
import { reflink } from './reflink';
import { removeBlocks } from './remove-blocks';
import { shareCached } from './share-cached';
import { shareDax } from './share-dax';
import { unshareBlocks } from './unshare-blocks';
import { setAcs } from './set-acs';
import { setDaxFlag, statDax } from './dax-flag';
import { readLoaded, truncateLoaded, writeLoaded } from './loaded-file';
import { mount } from './mount';
import { dropCaches } from './inode-cache';
import { submitBio } from './submit-bio';
import { umount } from './umount';
import { writebackFile } from './writeback';

/** Every mechanism that does not depend on the policy. */
export const MECHANISMS: readonly Mechanism[] = [
  pageFault, daxPmdFault, cacheFault, anonymousFault, cowFault, allocateBlocks, unshareBlocks, reflink, shareDax, shareCached, getUserPages, getUserPagesSlow, pinLongterm, migrateFolios, layoutBreak, removeBlocks, changeLayout, fallocate, syncFile, removeByAdvice,
  directIo, submitBio, driveEngine, dirtyWorker, vmsplice, drainPipe, registerMemory, deregisterMemory, reregisterMemory, bindMemoryWindow,
  exportDmabuf, moveNotify, moveDmabuf, revokeDmabuf, mapDmabuf, registerDmabuf,
  invalidateRange, tellSubscriber, changeWatchedFile, changeWatchedFrames,
  changeCached, readCached, writeCached, writebackFile, adviseFile, reclaimFile,
  migrateCollect, migrateUnmap, migrateCopy, migratePages, deviceFault, evictDevice, emptyDevice, gpuMigrate, gpuEngine, gpuAccess, hmmRangeFault,
  migrateCoherent, makeExclusive, exclusiveFault, takeStray, dropStray, allocateDevicePages, setAsideDevicePages,
  createQueuePair, modifyQueuePair, destroyQueuePairCall, allocateDomain, createCompletionQueue, postWork, pollCompletions, requester, nicEngine, odpFault,
  cpuAccess, readFile, writeFile, mapMemory, unmapMemory, adviseMemory, protectMemory, remapMemory, forkProcess, waitChild, processExit,
  uringRegister, xdpRegister, releaseBuffer, takePages, fixedIo, remoteAccess, movePages, moveRange, writeMemoryBlock, softOffline, setLruPlace, openSocket, lockMemory, unlockMemory,
  openFile, closeFile, duplicate, putFile, dropLooseFiles, evictInode, createFile, fillFilesystem, syncAll, changeLinks, changeMode, setPinnable, statFile, truncatePath, setDaxFlag, statDax, dropCaches, readLoaded, writeLoaded, truncateLoaded,
  setLease, getLease, breakLeases, installLeaseHandler, leaseHandler, awaitBreak, setBreakTime, passVerbs,
  deviceDaxFault, deviceDaxRefusal, memunmap, driverUnbind, mount, umount, shutDownFilesystem, nvmeProbe, hostMemoryBuffer, lookForP2pmem, loadModule,
  p2pAlloc, p2pFree, p2pPublish, p2pAddResource, p2pMmap, p2pGet, p2pPut, p2pDistance, p2pFindMany, p2pMap, mapBufferFor, unmapBufferFor, setAcs,
  addPeerMemory, enableNamespace, disableNamespace, connectHost, hostIo, targetWorker, targetWire,
  logCommit, busyExtentWorker, sendSignal, pause, awaitHeld, awaitWaiting, awaitDone, awaitBoot, powerFailure,
];
