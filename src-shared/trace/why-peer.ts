import { errnoName } from '../domain/errno';
import { p2pPools, pgmaps } from '../state/pgmap-tables';
import { p2pRoutes } from '../state/p2p-tables';
import { showPages } from '../units/show';
import { lastEvent } from './event-search';
import { nameOfRow } from './names';
import { endStepOf, firstStepOf } from './operation-span';
import type { RunOperation, WhyLink } from './run-description';
import { eventLink, lookBack, type Question } from './why-answer';

const rowLink = (row: number, text: string): WhyLink => ({ text, at: { kind: 'row', value: String(row) } });

/** Which part of the rules of peer-to-peer memory refused an operation (spec 7.1, 7.3, 7.6); empty where none did. */
export function peerCause(question: Question, operation: RunOperation, errno: number): readonly WhyLink[] {
  const name = errnoName(errno);
  const unreached = noWay(question, operation);
  if (unreached.length > 0) return unreached;
  switch (operation.word) {
    case 'p2p-mmap': return poolSays(question, operation, name);
    case 'p2p-alloc': return name === 'ENOMEM' ? poolSays(question, operation, name) : [];
    case 'pin-pages': return name === 'EINVAL' ? [{ text: 'FOLL_LONGTERM and FOLL_PCI_P2PDMA exclude each other: the memory has to be able to go with its device' }] : [];
    default: return [];
  }
}

/** What a pin of peer-to-peer memory was refused for. */
export const pinCause = (errno: number): readonly WhyLink[] =>
  (errnoName(errno) === 'EREMOTEIO' ? [{ text: 'it is peer-to-peer memory, and only a request to a drive whose queue takes such memory may hold it (FOLL_PCI_P2PDMA)' }] : []);

/** The driver of a device asked for addresses of peer-to-peer memory and got none. */
function noWay(question: Question, operation: RunOperation): readonly WhyLink[] {
  const { trace, run, state } = question;
  const refused = lastEvent(trace, endStepOf(question, operation), ['p2p-mapped'], (argument, _kind, actor) => actor === operation.actor && argument(2) !== 0, firstStepOf(question, operation));
  if (refused === null) return [];
  const [route] = refused.args;
  const way = rowLink(route, `${nameOfRow(state, run, route)} is ${p2pRoutes.type.nameIn(state, route)}: the way leads over the root, which is not known to pass packets on`);
  return [way, eventLink(question, refused)];
}

function poolSays(question: Question, operation: RunOperation, name: string): readonly WhyLink[] {
  const { run, state } = question;
  const pool = p2pPools.$.rows(state).find(row => operation.text.includes(` of ${run.memories[p2pPools.memory.in(state, row)]?.node ?? ''} as `));
  if (name === 'ENOENT') return [{ text: 'this kernel has no file that maps peer-to-peer memory: it came with 6.2' }];
  if (name === 'EINVAL') return [{ text: 'the file is mapped shared and from its start, or not at all' }];
  if (pool === undefined) return [];
  return lookBack(question, endStepOf(question, operation), then => {
    const isGoing = pgmaps.$.rows(then).some(row => pgmaps.memory.in(then, row) === p2pPools.memory.in(then, pool) && pgmaps.state.nameIn(then, row) === 'dying') || p2pPools.mappable.in(then, pool) === 0;
    if (name === 'ENODEV' || isGoing) return [rowLink(pool, `the driver that has the ${nameOfRow(then, run, pool)} is going: no more of it is given away`)];
    return [rowLink(pool, `${showPages(p2pPools.available.in(then, pool))} of the ${nameOfRow(then, run, pool)} are left, not as many side by side`)];
  });
}
