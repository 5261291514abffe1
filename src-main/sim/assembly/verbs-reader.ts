import type { Row } from '@shared/state/dictionary';
import { regions } from '@shared/state/rdma-tables';
import type { Scalar } from '@shared/lab/lab';
import type { OperationReader } from '../operations/operation';
import type { LabNames } from './lab-names';
import type { ReadingPlace } from './operation-reader';

const KIND_NAMES = { pd: 'protection domain', cq: 'completion queue', qp: 'queue pair', mw: 'memory window', dmabuf: 'dma-buf' } as const;

type VerbsReader = Pick<OperationReader, 'mr' | 'newMr' | 'mrPlace' | 'pd' | 'verbs' | 'contentOf' | 'ownQueue' | 'pairWith' | 'isRemote'>;
type Fail = (parameter: string, message: string) => void;
type Named = <T>(parameter: string, all: ReadonlyMap<string, T>, what: string, otherwise: T) => T;

/** "H.2" of each operation of the lab, in their order: what an operation writes carries its place from 1. */
const operationNames = ({ lab }: LabNames): readonly string[] => Object.entries(lab.actors).flatMap(([actor, { ops }]) => ops.map((_, at) => `${actor}.${at + 1}`));

/** The words of an operation that name verbs objects. */
export function verbsReader({ names, process, actorName }: ReadingPlace, given: (parameter: string) => Scalar | undefined, fail: Fail, named: Named, nic: () => Row): VerbsReader {
  return {
    mr: parameter => named(parameter, names.regions, 'registration', 0),
    newMr(parameter) {
      const mr = named(parameter, names.regions, 'registration', 0);
      if (mr !== 0 && regions.process.get(mr) !== process) fail(parameter, `registration "${String(given(parameter))}" belongs to another process already; their names are unique in a lab`);
      return mr;
    },
    mrPlace(parameter) {
      const match = /^(.+?)(?:\+(\d+))?$/.exec(String(given(parameter)));
      const row = names.regions.get(match?.[1] ?? '');
      if (row === undefined) fail(parameter, `"${String(given(parameter))}" names no registration; expected one of ${[...names.regions.keys()].join(', ') || 'none'}, with an offset in bytes such as r+4096`);
      return { row: row ?? 0, byte: Number(match?.[2] ?? 0) };
    },
    pd: parameter => names.rdma.domain(process, String(given(parameter) ?? 'default')),
    verbs: (parameter, kind) => named(parameter, names.rdma.objects[kind], KIND_NAMES[kind], 0),
    contentOf(parameter) {
      const text = String(given(parameter) ?? 'zero');
      const nth = operationNames(names).indexOf(text);
      if (text !== 'zero' && nth < 0) fail(parameter, `"${text}" is no operation; expected zero, or a name such as ${operationNames(names)[0]}`);
      return nth + 1;
    },
    ownQueue: qp => names.rdma.ownQueue(process, qp),
    pairWith: mr => names.rdma.pairWith(actorName, regions.process.get(mr), nic()),
    isRemote: names.lab.topology.nodes[names.lab.actors[actorName].on ?? '']?.kind === 'rdma-peer',
  };
}
