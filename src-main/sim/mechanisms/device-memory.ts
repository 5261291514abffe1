import { gpus } from '@shared/state/device-memory-tables';
import type { Row } from '@shared/state/dictionary';
import { pgmaps } from '@shared/state/pgmap-tables';
import { actors, hosts } from '@shared/state/tables';
import type { RunMemory } from '@shared/trace/run-description';
import { emit } from '../engine/events';
import { machine } from '../engine/machine';
import { every } from '../engine/place';
import { kernel } from '../kernel';
import { folioAt } from './folios';
import { USE, type FrameRun } from './frames';
import { memoryAt } from './memory-types';
import { PGMAP, pgmapAt } from './pgmap';

export const memoryOfGpu = (gpu: Row): RunMemory => kernel.memories[gpus.memory.get(gpu)];

/** The GPU whose memory a frame is; 0 for any other memory. */
export const gpuOfFrame = (pfn: number): Row => gpus.$.rows().find(gpu => memoryOfGpu(gpu) === memoryAt(pfn)) ?? 0;

/** What {@link freeDeviceFrames} reads. */
export const DEVICE_FREE_READS = every(hosts.use, pgmaps.state);
/** What {@link handOut} writes. */
export const HAND_OUT_TERMS = every(hosts.use, hosts.order, hosts.anon, hosts.content, hosts.locked, hosts.refs, hosts.moving, pgmaps.refs);

/** What an allocation in device memory got: frames, none left, or nothing because the driver takes the memory down. */
export function freeDeviceFrames(host: Row, gpu: Row, pagesMax: number, order: number): FrameRun | null {
  const memory = memoryOfGpu(gpu);
  if (isTakenDown(memory)) return null;
  const size = 2 ** order;
  const end = memory.firstPfn + memory.pageCount;
  for (let pfn = memory.firstPfn; pfn < end;) {
    pfn = hosts.use.find(host, pfn, end, use => use === USE.free);
    if (pfn < 0) return null;
    const runEnd = Math.min(end, hosts.use.runEnd(host, pfn));
    const first = Math.ceil(pfn / size) * size;
    if (first + size <= runEnd) return { pfn: first, pages: Math.min(pagesMax, Math.floor((runEnd - first) / size) * size) };
    pfn = runEnd;
  }
  return null;
}

/** Since 5.18 every page that is handed out takes a reference of the pgmap, which a dying one refuses; before, nobody looks (spec 2.2, 2.3). */
const isTakenDown = ({ firstPfn }: RunMemory): boolean => !kernel.policy.zoneDeviceRefcount.pagesHoldPgmap && pgmaps.state.get(pgmapAt(firstPfn)) !== PGMAP.live;

/** Hands device frames out: zeroed, locked by the running actor, with a reference (zone_device_page_init()). */
export function handOut(host: Row, { pfn, pages }: FrameRun, order: number, processNth: number): void {
  hosts.use.assign(host, pfn, pages, USE.device);
  hosts.order.assign(host, pfn, pages, order);
  hosts.anon.assign(host, pfn, pages, processNth);
  hosts.content.assign(host, pfn, pages, 0);
  hosts.locked.assign(host, pfn, pages, actors.nth.get(machine.self) + 1);
  hosts.refs.add(host, pfn, pages, 1);
  hosts.moving.add(host, pfn, pages, 1);
  addPgmapRefs(pfn, pages);
}

function addPgmapRefs(pfn: number, pages: number): void {
  if (kernel.policy.zoneDeviceRefcount.pagesHoldPgmap) return;
  const pgmap = pgmapAt(pfn);
  pgmaps.refs.set(pgmap, pgmaps.refs.get(pgmap) + pages);
}

const CLEARED = [hosts.use, hosts.order, hosts.anon, hosts.content, hosts.exclusive, hosts.dirty];
/** What {@link freeIfIdle} reads and writes. */
export const DEVICE_PUT_READS = every(hosts.order, hosts.use, pgmaps.state);
export const DEVICE_PUT_TERMS = every(...CLEARED, pgmaps.refs);

/** The put that reaches the count of free device memory: the driver gets the folio back, once a folio (free_zone_device_folio()). */
export function freeIfIdle(host: Row, pfn: number, pages: number): void {
  for (let at = pfn; at < pfn + pages;) {
    const folio = folioAt(host, at);
    const isSmall = folio.pageCount === 1;
    const next = isSmall ? Math.min(pfn + pages, hosts.refs.runEnd(host, at), hosts.use.runEnd(host, at), hosts.order.runEnd(host, at)) : folio.first + folio.pageCount;
    if (hosts.use.at(host, at) === USE.device && hosts.refs.at(host, at) === kernel.policy.zoneDeviceRefcount.privateFreeRefs) freeFolios(host, isSmall ? at : folio.first, isSmall ? next - at : folio.pageCount, isSmall);
    at = next;
  }
}

function freeFolios(host: Row, pfn: number, pages: number, areSmall: boolean): void {
  for (const field of CLEARED) field.assign(host, pfn, pages, 0);
  addPgmapRefs(pfn, -pages);
  const gpu = gpuOfFrame(pfn);
  gpus.freeOps.set(gpu, gpus.freeOps.get(gpu) + (areSmall ? pages : 1));
  emit('device-page-freed', pfn, pages);
}
