import type { State } from '../state/arena';
import { gpuJobs, gpus } from '../state/device-memory-tables';
import type { Row } from '../state/dictionary';
import { findPage, valueAt } from '../state/page-runs';
import { intervals, notifiers } from '../state/notifier-tables';
import { dmabufs, regions } from '../state/rdma-tables';
import { hosts } from '../state/tables';
import { gpuName, subscriberName } from './device-memory-names';
import { holdsOn } from './held-ranges';
import { framePlace, heldPages, keeperName, nameOfRow } from './names';
import { deviceActor, outlookOfHold } from './release-outlook';
import type { RunDescription } from './run-description';
import type { Wait, WaitHolder } from './wait-targets';

const byActor = (run: RunDescription, nth: number, text: string): WaitHolder => ({ actor: nth, row: run.actors[nth]?.row ?? 0, text: `${text} ${run.actors[nth]?.name ?? nth}` });

/** A folio lock: one actor has it. */
export function lockedFolio(state: State, run: RunDescription, pfn: number): Wait | null {
  const owner = valueAt(state, run.host, hosts.locked.field, pfn);
  return owner === 0 ? null : { kind: 'folio-lock', text: `the lock of page ${framePlace(state, run, pfn)}`, holders: [byActor(run, owner - 1, 'locked by')] };
}

const engineOf = (run: RunDescription, gpu: Row): number => run.actors.findIndex(({ kind, node }) => kind === 'device' && node === gpuName(run, gpu));

/** A job that its GPU has not finished. */
export function unfinishedJob(state: State, run: RunDescription, job: Row): Wait | null {
  if (gpuJobs.state.nameIn(state, job) === 'finished') return null;
  const gpu = gpuJobs.gpu.in(state, job);
  return { kind: 'gpu-job', text: `the ${nameOfRow(state, run, job)}`, holders: [{ ...byActor(run, engineOf(run, gpu), 'queued on'), row: job }] };
}

/** Work of an exporter on its buffer that is not done: its copy engine moves it. */
export function unsignaledFence(state: State, run: RunDescription, buffer: Row): Wait | null {
  if (dmabufs.fenced.in(state, buffer) === 0) return null;
  return { kind: 'dmabuf-fence', text: `the fence of ${nameOfRow(state, run, buffer)}`, holders: [byActor(run, engineOf(run, dmabufs.exporter.in(state, buffer)), 'copied by')] };
}

function nicInRegion(state: State, run: RunDescription, mr: Row): Wait | null {
  const inflight = regions.inflight.in(state, mr);
  const nic = regions.nic.in(state, mr);
  if (inflight === 0) return null;
  return { kind: 'device-access', text: `${nameOfRow(state, run, nic)} to use ${nameOfRow(state, run, mr)} no more`, holders: [{ actor: deviceActor(run, nic), row: nic, text: `${inflight} under way in ${nameOfRow(state, run, nic)}` }] };
}

/** Accesses of a device through an interval that are under way. */
export function deviceInRange(state: State, run: RunDescription, interval: Row): Wait | null {
  const subscriber = intervals.subscriber.in(state, interval);
  if (state.w[subscriber] === regions.$.id) return nicInRegion(state, run, subscriber);
  const jobs = gpuJobs.$.rows(state).filter(job => gpuJobs.space.in(state, job) === intervals.subscriber.in(state, interval) && gpuJobs.inflightPages.in(state, job) > 0);
  if (jobs.length === 0) return null;
  return { kind: 'device-access', text: `${subscriberName(state, run, interval)} to use the range no more`, holders: jobs.map(job => byActor(run, engineOf(run, gpuJobs.gpu.in(state, job)), 'under way on')) };
}

/** An invalidation of an address space that is going on: nothing says who brings it to its end. */
export function activeInvalidation(state: State, run: RunDescription, interval: Row): Wait | null {
  if (intervals.invalid.in(state, interval) === 0) return null;
  const process = intervals.process.in(state, interval);
  const active = notifiers.$.rows(state).filter(row => notifiers.process.in(state, row) === process).map((row): WaitHolder => ({ actor: null, row, text: `${notifiers.active.in(state, row)} going on` }));
  return { kind: 'invalidation', text: `the invalidations of ${nameOfRow(state, run, process)} to end`, holders: active };
}

/** What a GPU still has: the holds on its frames, and who has them locked. */
export function usedDevice(state: State, run: RunDescription, gpu: Row): Wait | null {
  const memory = run.memories[gpus.memory.in(state, gpu)];
  if (memory === undefined) return null;
  const end = memory.firstPfn + memory.pageCount;
  if (findPage(state, run.host, hosts.use.field, memory.firstPfn, end, use => use !== 0) < 0) return null;
  const held = holdsOn(state, run.host, memory.firstPfn, end).map((row): WaitHolder => ({ actor: outlookOfHold(state, run, row).actor, row, text: `${heldPages(state, run, row)} held by ${keeperName(state, run, row)}` }));
  const lockedAt = findPage(state, run.host, hosts.locked.field, memory.firstPfn, end, owner => owner !== 0);
  const locked = lockedAt < 0 ? [] : [byActor(run, valueAt(state, run.host, hosts.locked.field, lockedAt) - 1, 'locked by')];
  return { kind: 'device-empty', text: `the pages of ${memory.node} to be let go`, holders: [...held, ...locked] };
}
