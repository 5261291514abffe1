import { lastEvent } from './event-search';
import { mappingsOf } from './page-mappings';
import { processName } from './names';
import type { WhyLink } from './run-description';
import { eventLink, policyLink, type Question } from './why-answer';

/** Why a page that was asked to move is still where it is: the last time that a migration left it. Empty if none did. */
export function whyNotMoved(question: Question, pfn: number): readonly WhyLink[] {
  const { trace, state } = question;
  const places = [...mappingsOf(state, pfn)];
  const covers = (process: number, vpn: number, pages: number, at: { readonly process: number; readonly vpn: number }): boolean => process === at.process && vpn <= at.vpn && at.vpn < vpn + pages;
  const stayed = lastEvent(trace, state.position, ['page-not-moved'], argument => (argument(0) === 0
    ? argument(1) <= pfn && pfn < argument(1) + argument(2)
    : places.some(place => covers(argument(0), argument(1), argument(2), place))));
  const moved = lastEvent(trace, state.position, ['pages-moved'], argument => argument(2) <= pfn && pfn < argument(2) + argument(3));
  return stayed === null || (moved !== null && moved.step > stayed.step) ? [] : [eventLink(question, stayed)];
}

/** Why a page is in the memory of a device: who has it there, how it came, and what keeps it. */
export function whyOnDevice(question: Question, pfn: number): readonly WhyLink[] {
  const { trace, state, run } = question;
  const [first] = mappingsOf(state, pfn);
  const has: WhyLink = first === undefined
    ? { text: 'no address space has it: a driver keeps it' }
    : { text: `an entry of ${processName(run, first.process)} names it; a CPU access brings it back to RAM`, at: { kind: 'row', value: String(first.process) } };
  const moved = lastEvent(trace, state.position, ['pages-moved'], argument => argument(2) <= pfn && pfn < argument(2) + argument(3));
  return [has, ...(moved === null ? [] : [eventLink(question, moved)]), ...whyNotMoved(question, pfn), policyLink(run, 'device-migration', 'moved by')];
}
