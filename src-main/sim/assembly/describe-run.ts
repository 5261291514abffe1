import { MEMORY_TYPES, type MemoryType } from '@shared/domain/memory-type';
import { isAssumed } from '@shared/domain/source';
import type { StepEntry } from '@shared/protocol/catalogue';
import type { RunDescription, RunLink } from '@shared/trace/run-description';
import { files, links } from '@shared/state/tables';
import { machine } from '../engine/machine';
import type { Mechanism, Step } from '../engine/step';
import { INVARIANTS } from '../invariants/registry';
import { kernel } from '../kernel';
import { baseRefs, mappingsHold } from '../mechanisms/memory-types';
import { hasReferencePerPage } from '../mechanisms/pgmap';
import type { MountedLab } from './mount-lab';
import { activeVariants } from './policy-of';
import { bytesPerSecond } from './timing';

function stepEntry(mechanism: Mechanism, step: Step, at: number): StepEntry {
  return {
    id: mechanism.base + at, mechanism: mechanism.name, name: mechanism.stepNames[at], title: step.title, source: mechanism.source,
    locals: mechanism.locals, interruptible: step.interruptible !== undefined,
    ...(step.waitsFor === undefined ? {} : { waitsFor: step.waitsFor }),
    ...(step.takes === undefined ? {} : { lock: { table: step.takes.column.table, column: step.takes.column.name, local: step.takes.via.name, shared: step.shared === true } }),
  };
}

const named = (rows: Iterable<readonly [string, number]>): { name: string; row: number }[] => [...rows].map(([name, row]) => ({ name, row }));

const byMemoryType = <T>(of: (type: MemoryType) => T): Readonly<Record<MemoryType, T>> => Object.fromEntries(MEMORY_TYPES.map(type => [type, of(type)])) as Record<MemoryType, T>;

/** Everything that a trace’s integers refer to. */
export function describeRun(mounted: MountedLab, seed: number, schedule: string | null): RunDescription {
  const { lab, names } = mounted;
  const { policy } = kernel;
  return {
    title: lab.title, policy: mounted.resolved.text, seed, schedule, host: names.host,
    actors: mounted.actors,
    operations: mounted.operations.map(({ row, name, actor, source, text, times }) => ({ row, name, actor, word: source.word, text, repeats: times > 1 })),
    files: named(names.files).map(({ name, row }) => ({ name, row, fs: files.fs.get(row) })),
    processes: named(names.processes),
    mappings: named([...names.mappings].map(([name, { row }]) => [name, row] as const)),
    pipes: named(names.pipes), regions: named(names.regions), buffers: named(names.buffers), verbs: named(names.rdma.all()),
    memories: names.memories, driveFilesystems: named(names.driveFilesystems), nodes: kernel.nodes, bridges: kernel.pci.bridges.map(({ name }) => name), p2pBuffers: named(names.p2pBuffers), targets: named([...names.targets.namespaces, ...names.targets.controllers]),
    links: lab.topology.links.map((link, index): RunLink => ({
      row: links.$.row(index), name: `${link.from} – ${link.to}`, from: link.from.split('.')[0], to: link.to.split('.')[0], bytesPerSecond: bytesPerSecond(lab.topology, link),
    })),
    devices: named([...mounted.drives, ...mounted.nics, ...names.gpus]),
    steps: machine.mechanisms.flatMap(mechanism => mechanism.steps.map((step, at) => stepEntry(mechanism, step, at))),
    variants: activeVariants(policy).map(variant => ({ axis: variant.axis, id: variant.id, title: variant.title, source: variant.source, assumed: isAssumed(variant.source) })),
    counts: {
      baseRefs: byMemoryType(baseRefs), mappingsHold: byMemoryType(mappingsHold), pagesHoldPgmap: byMemoryType(hasReferencePerPage),
      smallPin: policy.pinAccounting.smallPin, largePin: policy.pinAccounting.largePin,
    },
    invariants: INVARIANTS.map(({ id, class: violationClass, sentence, source }) => ({ id, class: violationClass, sentence, source })),
    watch: lab.watch ?? [],
  };
}
