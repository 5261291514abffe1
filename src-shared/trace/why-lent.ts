import type { State } from '../state/arena';
import type { Row } from '../state/dictionary';
import { lentMemory } from '../state/p2p-tables';
import { operations } from '../state/tables';
import { nameOfRow } from './names';
import { endStepOf } from './operation-span';
import type { RunDescription, RunOperation, WhyLink } from './run-description';
import { lookBack, operationLink, type Question } from './why-answer';

/** The piece of host memory lent to a drive that a frame is in; 0 if it is in none. */
export const lentPiece = (state: State, pfn: number): Row => lentMemory.$.rows(state).find(piece => {
  const first = lentMemory.pfnFirst.in(state, piece);
  return first <= pfn && pfn < first + lentMemory.pageCount.in(state, piece);
}) ?? 0;

/** Why a frame of RAM is not the kernel’s to give away: it is lent to a drive (spec 7.4). */
export function whyLent({ state, run }: Question, pfn: number): readonly WhyLink[] {
  const piece = lentPiece(state, pfn);
  return [lentLink(state, run, piece), ...givenBy(state, run, piece)];
}

function lentLink(state: State, run: RunDescription, piece: Row): WhyLink {
  const does = lentMemory.inUse.in(state, piece) === 1 ? 'the drive reads and writes it as it likes until its driver takes it back' : 'the drive does not use it now';
  return { text: `it is the ${nameOfRow(state, run, piece)}: ${does}`, at: { kind: 'row', value: String(piece) } };
}

function givenBy(state: State, run: RunDescription, piece: Row): readonly WhyLink[] {
  const node = run.nodes[lentMemory.drive.in(state, piece)] ?? '';
  const lender = run.operations.findLast(({ word, text, row }) => (word === 'nvme-probe' || word === 'nvme-hmb') && text.endsWith(` ${node}`) && operations.state.nameIn(state, row) === 'done');
  return [lender === undefined ? { text: `${node} was probed before the lab began`, at: { kind: 'actor', value: node } } : operationLink(run, lender.row, `lent by ${lender.name}: ${lender.text}`)];
}

/** What of a memory that was to go offline was lent to drives then. */
export function lentIn(question: Question, operation: RunOperation): readonly WhyLink[] {
  const { run } = question;
  const memory = run.memories.find(({ node, type }) => type === 'normal' && operation.text.endsWith(` ${node}`));
  if (memory === undefined) return [];
  return lookBack(question, endStepOf(question, operation), then => {
    const isThere = (row: Row): boolean => lentMemory.pageCount.in(then, row) > 0 && memory.firstPfn <= lentMemory.pfnFirst.in(then, row) && lentMemory.pfnFirst.in(then, row) < memory.firstPfn + memory.pageCount;
    return lentMemory.$.rows(then).filter(isThere).slice(0, 1).map(row => ({ text: `the ${nameOfRow(then, run, row)} lies there, which nothing can move`, at: { kind: 'row', value: String(row) } }));
  });
}
