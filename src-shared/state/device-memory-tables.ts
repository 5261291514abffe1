import { count, id, int, oneOf, ref, table } from './table';

export const gpus = table('gpu', 'A device with memory of its own: a GPU, or memory on a coherent interconnect.', {
  nth: id('index in the lab, from 0'),
  memory: int('index of its memory', { hidden: true }),
  served: ref('the job it works on'),
  freeOps: count('how often its driver was told that a folio is free', { hidden: true }),
}, {});

/** Page tables of a GPU: what of an address space it maps. */
export const gpuSpaces = table('gpu address space', 'What of an address space a GPU maps.', {
  process: id('the address space'),
  gpu: id('the GPU'),
}, {
  pte: { doc: 'entry of the GPU’s page table', names: ['none', 'read', 'write', 'atomic'] },
  pfnDelta: { doc: 'pfn minus virtual page, where the entry names a frame' },
}, ['process', 'gpu']);

/** Work for a GPU. A task has one job at a time and waits for it. */
export const gpuJobs = table('gpu job', 'A copy or an access that a GPU is to make.', {
  actor: id('the task that waits for it'),
  state: oneOf('how far it got', ['none', 'submitted', 'running', 'finished']),
  kind: oneOf('what it does', ['copy', 'read', 'write', 'atomic']),
  gpu: ref('the device'),
  space: ref('accesses: the page table that it goes through'),
  vpn: int('accesses: first virtual page', { hidden: true }),
  pfnFrom: int('copies: first frame to read', { hidden: true }),
  pfnTo: int('copies: first frame to write', { hidden: true }),
  pages: count('length', { unit: 'pages' }),
  done: count('pages that were moved or accessed', { unit: 'pages' }),
  inflightPfn: int('first frame of the access that is translated and not yet over; 0 none'),
  inflightVpn: int('its virtual page'),
  inflightPages: count('its length', { unit: 'pages' }),
  tag: int('content that it writes'),
  order: int('order of submission', { hidden: true }),
}, {});

/** Pages on their way between system memory and a device: what struct migrate_vma keeps in its arrays. */
export const migrations = table('migration', 'Pages that an actor moves between memories.', {
  actor: id('who moves them'),
  depth: id('0, or 1 for an eviction that another migration asks for'),
  process: ref('address space of the range; none where pages are found by frame'),
  vpnFirst: int('first virtual page', { hidden: true }),
  pageCount: count('length; 0 is none', { unit: 'pages' }),
  faultPfn: int('frame that a CPU fault holds; 0 none'),
  moved: count('pages that moved', { unit: 'pages' }),
}, {
  stage: { doc: 'how far the page got', names: ['skipped', 'no source', 'collected', 'unmapped', 'moved'] },
  fromDelta: { doc: 'pfn of the source minus index in the range' },
  whole: { doc: 'part of a huge page that moves whole (MIGRATE_PFN_COMPOUND)' },
  hasTarget: { doc: 'a destination was allocated' },
  toDelta: { doc: 'pfn of the destination minus index in the range' },
});

/** What hmm_range_fault() found, until it is committed or thrown away. */
export const rangeWalks = table('range walk', 'Page-table entries that an actor has read for a device.', {
  actor: id('who reads them'),
}, {
  pte: { doc: 'what the device may do with the page', names: ['none', 'read', 'write', 'atomic'] },
  pfnDelta: { doc: 'pfn minus virtual page' },
});

/** The last use of a frame that is no longer the copy that counts; S13 judges it. */
export const staleUses = table('stale use', 'A device or a fault used a copy of a page that does not count any more.', {
  actor: id('who used it'),
  pfn: int('the frame; 0 none'),
  vpn: int('the virtual page it was used for', { hidden: true }),
  process: ref('its address space', { hidden: true }),
  how: oneOf('what was done', ['read', 'written', 'faulted on'], { hidden: true }),
}, {});
