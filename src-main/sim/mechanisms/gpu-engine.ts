import { arena } from '@shared/state/arena';
import { gpuJobs, gpus, gpuSpaces } from '@shared/state/device-memory-tables';
import type { Row } from '@shared/state/dictionary';
import { counters, hosts, processes } from '@shared/state/tables';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { kernel } from '../kernel';
import { gpuOfFrame } from './device-memory';
import { counterRow } from './folio-counts';
import { GPU_PTE } from './gpu-space';
import { entryStillMaps, isFrame, noteCopy, noteStaleUse, noteUnheldAccess, STALE_TERMS, UNHELD_TERMS } from './unheld-access';
import { pieceOf } from './pieces';

/** What {@link submitJob} writes. */
export const JOB_TERMS = every(gpuJobs.state, gpuJobs.kind, gpuJobs.gpu, gpuJobs.space, gpuJobs.pages, gpuJobs.done, gpuJobs.tag);

export interface GpuJob {
  readonly kind: 'copy' | 'read' | 'write' | 'atomic';
  readonly gpu: Row;
  readonly pages: number;
  readonly space?: Row;
  readonly vpn?: number;
  readonly pfnFrom?: number;
  readonly pfnTo?: number;
  readonly tag?: number;
}

/** Hands a GPU the one job of a task. */
export function submitJob(row: Row, job: GpuJob): void {
  gpuJobs.state.set(row, gpuJobs.state.valueOf('submitted'));
  gpuJobs.kind.set(row, gpuJobs.kind.valueOf(job.kind));
  gpuJobs.gpu.set(row, job.gpu);
  gpuJobs.space.set(row, job.space ?? 0);
  gpuJobs.vpn.set(row, job.vpn ?? 0);
  gpuJobs.pfnFrom.set(row, job.pfnFrom ?? 0);
  gpuJobs.pfnTo.set(row, job.pfnTo ?? 0);
  gpuJobs.pages.set(row, job.pages);
  gpuJobs.done.set(row, 0);
  gpuJobs.tag.set(row, job.tag ?? 0);
  counters.order.set(counterRow(), counters.order.get(counterRow()) + 1);
  gpuJobs.order.set(row, counters.order.get(counterRow()));
}

/** Whether the job of a task is over. */
export const isFinished = (job: Row): boolean => gpuJobs.state.get(job) === gpuJobs.state.valueOf('finished');

/** Takes the answer of a job: pages done. The task may submit another. */
export function takeAnswer(job: Row): number {
  const done = gpuJobs.done.get(job);
  for (const column of [gpuJobs.state, gpuJobs.kind, gpuJobs.gpu, gpuJobs.space, gpuJobs.pages, gpuJobs.done, gpuJobs.tag]) column.set(job, 0);
  return done;
}

const T = frame('gpu', 'job');

const SUBMITTED = gpuJobs.state.valueOf('submitted');
const COPY = gpuJobs.kind.valueOf('copy');
const READ = gpuJobs.kind.valueOf('read');

const submitted = (): readonly Row[] => gpuJobs.$.rows(arena)
  .filter(job => gpuJobs.state.get(job) === SUBMITTED && gpuJobs.gpu.get(job) === T.gpu.v)
  .sort((a, b) => gpuJobs.order.get(a) - gpuJobs.order.get(b));

const kind = (): number => gpuJobs.kind.get(T.job.v);
const nextVpn = (): number => gpuJobs.vpn.get(T.job.v) + gpuJobs.done.get(T.job.v);

/** Pages from the next one on that the page table of the GPU maps alike and lets the job access; 0 is a fault of the device. */
function translatable(): number {
  const space = gpuJobs.space.get(T.job.v);
  const vpn = nextVpn();
  const pte = gpuSpaces.pte.at(space, vpn);
  if (pte === GPU_PTE.none || (pte === GPU_PTE.read && kind() !== READ) || (pte !== GPU_PTE.atomic && kind() === gpuJobs.kind.valueOf('atomic'))) return 0;
  const left = gpuJobs.pages.get(T.job.v) - gpuJobs.done.get(T.job.v);
  return pieceOf(gpuJobs.pages.get(T.job.v), left, gpuSpaces.pte.runEnd(space, vpn) - vpn, gpuSpaces.pfnDelta.runEnd(space, vpn) - vpn);
}

/** Of a copy, the frame that is not the device's own: the links on the way to it are what a copy takes time for. */
const otherSide = (): number => (gpuOfFrame(gpuJobs.pfnTo.get(T.job.v)) === T.gpu.v ? gpuJobs.pfnFrom : gpuJobs.pfnTo).get(T.job.v);

const processOf = (): Row => gpuSpaces.process.get(gpuJobs.space.get(T.job.v));

/** The access itself. A page that the address space has no longer there is a stale one: nobody waited for the device. */
function land(): void {
  const vpn = gpuJobs.inflightVpn.get(T.job.v);
  const pfn = gpuJobs.inflightPfn.get(T.job.v);
  const pages = gpuJobs.inflightPages.get(T.job.v);
  const wrote = kind() !== READ;
  if (!entryStillMaps(processOf(), vpn, pfn, pages)) noteStaleUse(processOf(), vpn, pfn, wrote ? 'written' : 'read');
  noteUnheldAccess(processes.host.get(processOf()), pfn, pages, wrote, gpuJobs.tag.get(T.job.v));
}

/**
 * A GPU: its copy engine moves pages for migrations, its compute units access memory through the GPU's page table. An access that is
 * translated is under way until it has landed; a page that is not mapped ends the job, and the driver has to fault it in.
 */
export const gpuEngine = mechanism({
  name: 'gpu-engine',
  source: 'spec 8.2 driver, 8.9; lib/test_hmm.c dmirror_do_read(), dmirror_migrate_alloc_and_copy() (6.19)',
  frame: T,
  order: 'GE1 GE2 GE3 GE4 GE5',
  steps: {
    GE1: {
      title: 'fetch a job', when: () => submitted().length > 0, waitsFor: { kind: 'work' }, to: ['GE2', 'GE3'],
      reads: every(gpuJobs.gpu, gpuJobs.kind), writes: [...every(gpuJobs.state), at(gpus.served, T.gpu)],
      run: go => {
        T.job.v = submitted()[0];
        gpuJobs.state.set(T.job.v, gpuJobs.state.valueOf('running'));
        gpus.served.set(T.gpu.v, T.job.v);
        return kind() === COPY ? go.GE2 : go.GE3;
      },
    },
    GE2: {
      title: 'copy frames by DMA', to: ['GE5'], reads: [at(gpuJobs.pages, T.job)], writes: [...UNHELD_TERMS, at(gpuJobs.done, T.job)],
      costNs: () => kernel.transferNs(T.gpu.v, otherSide(), gpuJobs.pages.get(T.job.v)),
      run: go => {
        const pages = gpuJobs.pages.get(T.job.v);
        noteCopy(hosts.$.row(0), gpuJobs.pfnFrom.get(T.job.v), gpuJobs.pfnTo.get(T.job.v), pages, otherSide() === gpuJobs.pfnTo.get(T.job.v));
        gpuJobs.done.set(T.job.v, pages);
        return go.GE5;
      },
    },
    GE3: {
      title: 'translate the next page', to: ['GE4', 'GE5'],
      reads: [...every(gpuSpaces.pte, gpuSpaces.pfnDelta), at(gpuJobs.pages, T.job), at(gpuJobs.done, T.job), at(gpuJobs.kind, T.job), at(gpuJobs.space, T.job)],
      writes: [gpuJobs.inflightPfn, gpuJobs.inflightVpn, gpuJobs.inflightPages].map(column => at(column, T.job)),
      run: go => {
        const isOver = gpuJobs.done.get(T.job.v) === gpuJobs.pages.get(T.job.v);
        const pages = isOver ? 0 : translatable();
        if (pages === 0) return go.GE5;
        gpuJobs.inflightVpn.set(T.job.v, nextVpn());
        gpuJobs.inflightPfn.set(T.job.v, nextVpn() + gpuSpaces.pfnDelta.at(gpuJobs.space.get(T.job.v), nextVpn()));
        gpuJobs.inflightPages.set(T.job.v, pages);
        return go.GE4;
      },
      // The access is under way from now until it lands.
      costNs: () => (gpuJobs.inflightPages.get(T.job.v) === 0 || !isFrame(gpuJobs.inflightPfn.get(T.job.v)) ? 0 : kernel.transferNs(T.gpu.v, gpuJobs.inflightPfn.get(T.job.v), gpuJobs.inflightPages.get(T.job.v))),
    },
    GE4: {
      title: 'access it', to: ['GE3'],
      reads: [...every(processes.pte, processes.pfnDelta), ...[gpuJobs.kind, gpuJobs.space, gpuJobs.inflightPfn, gpuJobs.inflightVpn, gpuJobs.inflightPages, gpuJobs.tag].map(column => at(column, T.job))],
      writes: [...UNHELD_TERMS, ...STALE_TERMS, ...[gpuJobs.done, gpuJobs.inflightPfn, gpuJobs.inflightVpn, gpuJobs.inflightPages].map(column => at(column, T.job))],
      run: go => {
        land();
        gpuJobs.done.set(T.job.v, gpuJobs.done.get(T.job.v) + gpuJobs.inflightPages.get(T.job.v));
        for (const column of [gpuJobs.inflightPfn, gpuJobs.inflightVpn, gpuJobs.inflightPages]) column.set(T.job.v, 0);
        return go.GE3;
      },
    },
    GE5: {
      title: 'tell the driver', to: ['GE1'], writes: [at(gpuJobs.state, T.job), at(gpus.served, T.gpu)], forgets: [T.job],
      run: go => {
        gpuJobs.state.set(T.job.v, gpuJobs.state.valueOf('finished'));
        gpus.served.set(T.gpu.v, 0);
        return go.GE1;
      },
    },
  },
});
