import type { Row } from '@shared/state/dictionary';
import { dmabufs } from '@shared/state/rdma-tables';
import { holders, hosts } from '@shared/state/tables';
import { emit } from '../engine/events';
import { every } from '../engine/place';
import { fail, type Next } from '../engine/step';
import { keepDeviceFrames, KEEP_READS, KEEP_TERMS } from './device-allocation';
import { freeDeviceFrames } from './device-memory';
import { DROP_READS, DROP_TERMS, takeHold } from './folio-counts';
import { ALLOCATE_TERMS, freeFrames, USE } from './frames';
import { noteUse } from './pgmap';

/** Values of `dmabufs.state` and `location`. */
export const DMABUF = { absent: 0, exported: 1, revoked: 2 } as const;
export const PLACE = { device: 0, ram: 1 } as const;

/** What giving a buffer frames, or taking them away, reads and writes. */
export const DMABUF_FRAME_READS = [...KEEP_READS, ...DROP_READS];
export const DMABUF_FRAME_TERMS = [...KEEP_TERMS, ...ALLOCATE_TERMS, ...DROP_TERMS, ...every(dmabufs.location, dmabufs.pfnFirst)];

/** Ends an operation on a buffer with an errno. */
export function refuse(buffer: Row, errno: number): Next {
  emit('dmabuf-refused', buffer, errno);
  return fail(errno);
}

/** The hold that a buffer has on its frames where it is: one for each place, so that a move has both for a while. */
export const holdOf = (buffer: Row, place: number): Row => holders.$.row(dmabufs.op.get(buffer), place);

/** The driver finds frames side by side and keeps them for the buffer, whose frames they are from now on. False where there are none. */
export function placeBuffer(buffer: Row, host: Row, place: number): boolean {
  const pages = dmabufs.pageCount.get(buffer);
  const run = place === PLACE.ram ? freeFrames(host, { pagesMax: pages, unmovable: true }) : freeDeviceFrames(host, dmabufs.exporter.get(buffer), pages, 0);
  if (run === null || run.pages < pages) return false;
  if (place === PLACE.ram) {
    hosts.use.assign(host, run.pfn, pages, USE.kernel);
    takeHold(holdOf(buffer, place), host, run.pfn, pages, 'get', buffer);
  } else {
    keepDeviceFrames(holdOf(buffer, place), host, run, buffer);
    noteUse(run.pfn);
  }
  dmabufs.location.set(buffer, place);
  dmabufs.pfnFirst.set(buffer, run.pfn);
  return true;
}
