import { errnoName } from '../domain/errno';
import type { State } from '../state/arena';
import type { Row } from '../state/dictionary';
import { dmabufs, regions } from '../state/rdma-tables';
import { showPages } from '../units/show';
import { lastEvent } from './event-search';
import { nameOfRow, operationText } from './names';
import { endStepOf, firstStepOf } from './operation-span';
import type { RunDescription, RunOperation, WhyLink } from './run-description';
import { lookBack, operationLink, type Question } from './why-answer';

/** Why an exporter or an importer of a dma-buf refused (spec 6.8); empty where none did. */
export function dmabufCause(question: Question, operation: RunOperation): readonly WhyLink[] {
  const refused = lastEvent(question.trace, endStepOf(question, operation), ['dmabuf-refused'], (_argument, _kind, actor) => actor === operation.actor, firstStepOf(question, operation));
  if (refused === null) return [];
  const [buffer, errno] = refused.args;
  return lookBack(question, refused.step, then => reasons(question, then, operation, buffer, errnoName(errno)));
}

const rowLink = (row: Row, text: string): WhyLink => ({ text, at: { kind: 'row', value: String(row) } });

function reasons({ run }: Question, then: State, operation: RunOperation, buffer: Row, errno: string): readonly WhyLink[] {
  const name = nameOfRow(then, run, buffer);
  const state = dmabufs.state.nameIn(then, buffer);
  switch (errno) {
    case 'ENOMEM': return [rowLink(buffer, `there is no room for ${name}: its frames have to lie side by side`)];
    case 'EBUSY': return state === 'absent' ? [] : keepers(run, then, buffer);
    case 'EINVAL':
      if (state === 'absent') return [rowLink(buffer, `${name} is not exported`)];
      if (state === 'revoked') return [rowLink(buffer, `the exporter has taken ${name} away for good (revoke)`)];
      return operation.word === 'ibv-reg-dmabuf' ? [rowLink(buffer, `${name} has ${showPages(dmabufs.pageCount.in(then, buffer))}: the range is not inside, or the rights need local-write`)] : [];
    default: return [];
  }
}

/** What keeps a buffer where it is: pins of importers, or a move that is not done. */
function keepers(run: RunDescription, then: State, buffer: Row): readonly WhyLink[] {
  const pinning = regions.$.rows(then).filter(mr => regions.dmabuf.in(then, mr) === buffer && regions.kind.nameIn(then, mr) === 'dmabuf-pinned');
  if (pinning.length === 0) return [rowLink(buffer, `${nameOfRow(then, run, buffer)} is on its way already: its fence is not signaled`)];
  return pinning.slice(0, 2).map(mr => operationLink(run, regions.op.in(then, mr), `${nameOfRow(then, run, mr)} has ${nameOfRow(then, run, buffer)} pinned: ${operationText(run, regions.op.in(then, mr))}; its NIC takes no page faults`));
}
