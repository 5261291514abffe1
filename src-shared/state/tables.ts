import { count, flag, id, int, lock, oneOf, ref, stack, table, wide } from './table';

/** Words of an actor's call stack: frames of the mechanisms it is inside of. */
export const STACK_WORDS = 160;

export const actors = table('actor', 'A process thread, kernel worker or device engine that takes steps.', {
  nth: id('index in the lab, from 0; also its bit in locks'),
  pc: int('the step it takes next; 0 once it has finished'),
  frame: int('offset of the running frame in its stack'),
  result: wide('what the last mechanism it called answered'),
  errno: int('errno of that answer; 0 is none'),
  op: ref('the operation it is inside of'),
  signal: int('pending signal; 0 is none'),
  dead: int('fatal signal: it leaves at its next return to user space; 0 is none'),
  handler: oneOf('what it does with a signal', ['none', 'restart', 'no-restart'], { hidden: true }),
  exitPc: int('step at which it begins to leave its process', { hidden: true }),
  process: ref('its address space', { hidden: true }),
  wakeNs: wide('simulated time before which it takes no step', { hidden: true, unit: 'ns' }),
  waitingSince: int('order in which it began to wait; 0 is not waiting', { hidden: true }),
  waitingFromNs: wide('when it began to wait', { hidden: true, unit: 'ns' }),
  stack: stack('frames: locals, then return step and caller frame', STACK_WORDS),
}, {});

export const operations = table('operation', 'One entry of an actor’s program.', {
  nth: id('index in the lab, from 0'),
  state: oneOf('how far it got', ['pending', 'running', 'done', 'skipped', 'lost']),
  result: wide('what it returned: bytes of a transfer, pages of a CPU access'),
  errno: int('errno; 0 is none'),
  killedBy: int('signal that ended it; 0 is none'),
  startNs: wide('when it began', { hidden: true, unit: 'ns' }),
  endNs: wide('when it returned', { hidden: true, unit: 'ns' }),
  applied: flag('the size or layout it asked for held at the moment it was carried out'),
  rounds: count('how often a repeated operation began', { hidden: true }),
  blockedNs: wide('how long it was held up by others in a timed run', { hidden: true, unit: 'ns' }),
  assumed: flag('its outcome rests on something nobody knows', { hidden: true }),
  seen: int('symbolic content of the first byte that it read', { hidden: true }),
}, {});

export const hosts = table('host', 'The frames of all memory, by pfn. Every page of a large folio carries the counts and flags of its folio.', {
  nth: id('index in the lab, from 0'),
  zonesFree: count('frames of host memory never handed out yet', { hidden: true, unit: 'pages' }),
}, {
  refs: { doc: 'folio refcount' },
  pins: { doc: 'pincount of large folios, or the gup count of dual-ref accounting' },
  maps: { doc: 'mapcount: page-table entries that map the frame' },
  owner: { doc: 'block owner: 0 free, n the n-th file, -1 busy (DAX), -2 freed by a transaction not yet on disk' },
  ownerDelta: { doc: 'file index minus pfn, where a file owns the block' },
  mapping: { doc: 'folio.mapping: n-th file that has a DAX entry for the frame; 0 null' },
  content: { doc: 'symbolic content: 0 zeroes, else the tag of who wrote last' },
  longterm: { doc: 'long-term pins that the file system was told of' },
  anon: { doc: 'process that the frame was allocated for as anonymous memory, from 1; 0 none' },
  use: { doc: 'what the frame is handed out for', names: ['free', 'anonymous', 'page cache', 'device', 'kernel'] },
  order: { doc: 'order of the folio: it has 2^order pages, aligned to that', unit: 'log2 pages' },
  exclusive: { doc: 'PageAnonExclusive: no other process shares the anonymous page' },
  locked: { doc: 'folio lock: actor that holds it, from 1' },
  dirty: { doc: 'PG_dirty: newer than its medium' },
  writeback: { doc: 'PG_writeback: on its way to the medium' },
  isolated: { doc: 'place on the LRU', names: ['on the LRU', 'isolated', 'cannot be isolated'] },
  indexDelta: { doc: 'file index minus pfn, where the frame is page cache' },
  moving: { doc: 'references of whoever took the folio off the LRU to move it' },
  share: { doc: 'DAX: entries for the frame, where it is shared and its mapping null' },
  sharers: { doc: 'file pages that refer to the block besides its owner (reference count of XFS, less 1)' },
  orphanOf: { doc: 'n-th file whose page cache gave the frame up while it was pinned for the long term; 0 none' },
  orphanDelta: { doc: 'the file index that it had there, minus pfn' },
  unwoken: { doc: 'its last reference went and woke nobody (a defect of stable 6.1)', names: ['no', 'yes'] },
  stale: { doc: 'the content is older than the allocation of the block: nobody may read it' },
  unflushed: { doc: 'how CPU caches and persistent memory stand', names: ['alike', 'caches newer', 'caches newer, memory stale'] },
  persisted: { doc: 'symbolic content of persistent memory, where CPU caches are newer' },
  resting: { doc: 'freed during the run, in a file system whose allocator does not take such blocks again soon', names: ['no', 'yes'] },
});

/** Kinds of file systems: how their files are mapped and cached (oracle vocabulary 5, and the pseudo file systems behind special mappings). */
export const FS_TYPES = ['xfs', 'ext4', 'tmpfs', 'hugetlbfs', 'secretmem', 'devdax', 'pci-bar', 'p2pmem'] as const;

export const filesystems = table('filesystem', 'A file system. On pmem with DAX a block is a page frame; elsewhere files are page cache.', {
  nth: id('index in the lab, from 0'),
  type: oneOf('kind of file system', FS_TYPES, { hidden: true }),
  mount: oneOf('which of its files are DAX: -o dax, dax=inode, dax=never; none is a device without DAX', ['none', 'dax', 'inode', 'never'], { hidden: true }),
  reflink: flag('extents may be shared', { hidden: true }),
  freeBlocks: count('what statfs reports free, busy blocks included', { unit: 'blocks' }),
  group: lock('allocation group: free space and busy tree (eb_lock)'),
  busyGeneration: int('eb_gen: moves whenever a busy extent clears'),
  logDirty: flag('a transaction waits for the log to commit it'),
  shutDown: flag('its log writes nothing any more (FS_IOC_SHUTDOWN)'),
  mayLosePower: flag('the power fails in this lab: names and files that are page cache are logged too', { hidden: true }),
  alignPages: count('device-dax: alignment of mappings', { hidden: true, unit: 'pages' }),
  unmounted: flag('umount is through'),
  lost: flag('its device is gone: the driver was unbound'),
  host: ref('its machine', { hidden: true }),
  drive: ref('the drive that has the blocks of files that are page cache', { hidden: true }),
  firstPfn: int('pfn of block 0', { hidden: true }),
  blockCount: count('size', { hidden: true, unit: 'blocks' }),
}, {});

export const files = table('file', 'A regular file (inode).', {
  nth: id('index in the lab, from 1'),
  size: wide('i_size', { unit: 'bytes' }),
  iolock: lock('i_rwsem'),
  invlock: lock('mapping->invalidate_lock (5.15+; before: XFS MMAPLOCK, ext4 i_mmap_sem)'),
  ilock: lock('XFS ILOCK with its transaction, ext4 journal handle'),
  iMmap: lock('i_mmap_rwsem: the reverse map of its mappings'),
  frozen: flag('block-new-refs: GUP gets no new references'),
  metaDirty: flag('its size or layout is newer than the log on the medium'),
  durableSize: wide('i_size that a replay of the log finds', { unit: 'bytes' }),
  durableLinks: count('i_nlink that a replay of the log finds', { hidden: true }),
  durableMode: int('permission bits that a replay of the log finds', { hidden: true }),
  durableXflag: flag('per-file DAX flag that a replay of the log finds', { hidden: true }),
  fs: ref('its file system', { hidden: true }),
  dax: flag('S_DAX is in effect', { hidden: true }),
  badChecksums: count('pages that were on the medium under a checksum of other content', { unit: 'pages' }),
  unexpectedDirty: count('pages that became dirty without the file system having been asked', { unit: 'pages' }),
  stripped: count('held pages that reclaim took the file-system data from', { unit: 'pages' }),
  xflag: flag('the per-file DAX flag (FS_XFLAG_DAX) is set', { hidden: true }),
  stable: flag('its pages must not change under writeback: the file system has checksums of its data', { hidden: true }),
  numaNode: int('NUMA node at which its page cache is looked for first, from 1; 0 that of the CPUs', { hidden: true }),
  links: count('i_nlink: names that lead to it'),
  pinnable: flag('the file system lets its pages be pinned for the long term (spec 5.4)'),
  gone: flag('the inode was evicted, or is not created yet'),
  type: oneOf('what kind of file it is', ['regular', 'directory', 'pipe'], { hidden: true }),
  uid: int('owner', { hidden: true }),
  mode: int('permission bits', { hidden: true }),
}, {
  kind: { doc: 'what lies behind the page', names: ['hole', 'unwritten', 'written'] },
  blockDelta: { doc: 'pfn of the block minus file index, where there is a block' },
  entry: { doc: 'DAX mapping entry', names: ['none', 'real', 'zero', 'empty'] },
  entryLock: { doc: 'lock bit of the entry: actor that holds it, from 1' },
  entryHuge: { doc: 'the entry is one of 2 MiB' },
  cached: { doc: 'the page cache has a folio for the page' },
  cacheDelta: { doc: 'pfn of the cached page minus file index' },
  checksum: { doc: 'content that the checksum of the page on the medium was made of' },
  medium: { doc: 'symbolic content on the medium, of a file that is not DAX' },
  durableKind: { doc: 'what a replay of the log finds behind the page', names: ['hole', 'unwritten', 'written'] },
  durableDelta: { doc: 'pfn of the block that a replay of the log finds, minus file index' },
  durableMedium: { doc: 'symbolic content on the medium behind what a replay of the log finds' },
  tag: { doc: 'mark of the DAX entry that fsync looks for', names: ['clean', 'dirty', 'to write'] },
});

export const busyExtents = table('busy extent', 'Blocks that were freed but may not be used again yet.', {
  fs: id('file system'),
  firstPfn: id('first block'),
  state: oneOf('how far it got', ['absent', 'in-transaction', 'dax-wait', 'committed']),
  pageCount: count('length', { unit: 'blocks' }),
  dax: flag('EXTENT_BUSY_DAX: a device still held one of its pages when it was freed'),
  idle: flag('a page of it became idle: the worker has to look'),
  firstIndex: int('file index it was freed from', { hidden: true }),
}, {}, ['fs']);

export const processes = table('process', 'An address space (mm).', {
  nth: id('index in the lab, from 1'),
  mmapLock: lock('mmap_lock'),
  pinnedVm: count('pages charged by MRs (VmPin)', { unit: 'pages' }),
  memlockLimit: wide('RLIMIT_MEMLOCK; -1 is unlimited', { hidden: true, unit: 'bytes' }),
  lockedVm: count('pages locked by mlock (VmLck)', { unit: 'pages' }),
  uid: int('user', { hidden: true }),
  ipcLock: flag('has CAP_IPC_LOCK', { hidden: true }),
  capable: flag('has all other capabilities (CAP_LEASE, CAP_DAC_OVERRIDE, CAP_FOWNER, …)', { hidden: true }),
  hasPinned: flag('something was pinned here once (sticky)'),
  unborn: flag('comes into being by fork: not yet'),
  exiting: flag('one of its threads is tearing it down'),
  exited: flag('the address space is gone'),
  host: ref('its machine', { hidden: true }),
}, {
  pte: { doc: 'page-table entry', names: ['none', 'read', 'write', 'zero page', 'migration', 'private read', 'private write', 'exclusive', 'swap', 'migration write', 'no access'] },
  pfnDelta: { doc: 'pfn minus virtual page, where the entry names a frame' },
  huge: { doc: 'the entry is a PMD of 2 MiB' },
  table: { doc: 'a page of page-table entries stands for the 2 MiB of a DAX mapping: no PMD goes there until it is unmapped', names: ['no', 'yes'] },
});

export const mappings = table('mapping', 'A VMA.', {
  process: id('its address space'),
  nth: id('which of the lab’s mappings, from 0'),
  pageCount: count('length; 0 is unmapped', { unit: 'pages' }),
  file: ref('what it maps; none is anonymous memory'),
  fileFirst: int('file index of its first page'),
  open: ref('open file description it keeps; none if one was opened for it alone'),
  vpnFirst: int('first virtual page'),
  writable: flag('PROT_WRITE'),
  unreadable: flag('PROT_NONE, or write-only'),
  shared: flag('MAP_SHARED'),
  sync: flag('VM_SYNC: MAP_SYNC was given and is in effect'),
  locked: flag('VM_LOCKED: mlock(2)'),
  dontFork: flag('VM_DONTCOPY: MADV_DONTFORK'),
  huge: flag('anonymous memory in huge pages where they fit'),
  numaNode: int('NUMA node that its memory has to come from, from 1; 0 any'),
}, {}, ['process']);

/** Why a frame has references beyond its mappings. Nothing in the kernel reads this: it answers "who", never decides (spec 1.1). */
export const holders = table('holder', 'References or pins on a range of frames, and who keeps them.', {
  op: id('operation that took them'),
  piece: id('which of its pieces, from 0'),
  how: oneOf('kind of hold', ['none', 'get', 'pin', 'longterm']),
  pfnFirst: int('first frame'),
  pageCount: count('length', { unit: 'pages' }),
  keeper: ref('the request, pipe or MR that keeps them'),
  host: ref('the machine of the frames', { hidden: true }),
  vpnFirst: int('virtual page through which they were taken', { hidden: true }),
  owner: int('owner of the blocks when they were taken'),
  ownerDelta: int('their file index minus pfn then'),
}, {}, ['op']);

export const pipes = table('pipe', 'A pipe whose buffers are pages.', {
  nth: id('index in the lab, from 0'),
  pageCount: count('pages in it', { unit: 'pages' }),
  closed: flag('both ends are closed'),
  process: ref('whose it is', { hidden: true }),
}, {});

export const requests = table('request', 'An O_DIRECT request (bio) on its way through a drive.', {
  op: id('operation that submitted it'),
  state: oneOf('how far it got', ['none', 'pinning', 'submitted', 'running', 'landed', 'dirtying']),
  device: ref('the drive'),
  pages: count('pages of its buffer', { unit: 'pages' }),
  pieces: count('holders that make up its buffer'),
  done: count('pieces the drive has moved'),
  intoMemory: flag('O_DIRECT read: the drive writes into the buffer'),
  endIo: oneOf('how its completion releases the pages', ['by the policy', 'put_page', 'unpin', 'not at all', 'unpin, twice']),
  says: oneOf('what its submitter says its pages are: the end_io, bool or flag that it has chosen', ['gup', 'other']),
  forgetsDirty: flag('its completion marks no page dirty: a bug'),
  tag: int('content that it carries'),
  order: int('order of submission', { hidden: true }),
  peer: int('node of the peer-to-peer memory that its buffer is, from 1; 0 is none'),
  ownPfn: int('first frame of a buffer that belongs to the submitter itself; 0 is one that is held'),
}, {}, ['op']);

export const drives = table('drive', 'An NVMe SSD.', {
  nth: id('index in the lab, from 0'),
  served: ref('the request it works on'),
}, {});

/** The last access of each device; what the DMA invariants judge. */
export const accesses = table('access', 'What a device did to memory last.', {
  actor: id('the device engine'),
  count: int('how many accesses it made', { hidden: true }),
  pfnFirst: int('first frame', { hidden: true }),
  pageCount: count('length', { hidden: true, unit: 'pages' }),
  wrote: flag('it wrote', { hidden: true }),
  holder: ref('the hold it went through', { hidden: true }),
  strayPfn: int('first frame it wrote whose block was no longer whose it was when it was held; 0 none', { hidden: true }),
  strayOwner: int('owner of that block when it was written', { hidden: true }),
  strayOwnerThen: int('its owner when it was held', { hidden: true }),
  strayIndex: int('page of the owner that the block is now', { hidden: true }),
  strayShared: flag('it is as before, but another file page refers to the block too', { hidden: true }),
}, {}, ['actor']);

export const links = table('link', 'A PCIe or fabric link.', {
  nth: id('index in the lab, from 0'),
  busyUntilNs: wide('when the last transfer leaves it', { hidden: true, unit: 'ns' }),
  bytes: wide('moved so far', { hidden: true, unit: 'bytes' }),
}, {});

/** Counters that only grow; they decide nothing. */
export const counters = table('counter', 'Global counters (vmstat).', {
  nth: id('always 0'),
  pinsAcquired: count('nr_foll_pin_acquired', { hidden: true }),
  pinsReleased: count('nr_foll_pin_released', { hidden: true }),
  orphanWrites: count('device writes into blocks that no file owns any more (busy-extent)', { hidden: true, unit: 'pages' }),
  zeroedPages: count('pages zeroed by faults and allocations', { hidden: true, unit: 'pages' }),
  bouncedPages: count('pages copied so that the copy could be written', { hidden: true, unit: 'pages' }),
  order: int('order of submissions', { hidden: true }),
  waits: int('order of waits', { hidden: true }),
  pagesMigrated: int('pgmigrate_success', { hidden: true, unit: 'pages' }),
  migrationsFailed: int('pgmigrate_fail', { hidden: true, unit: 'pages' }),
}, {});
