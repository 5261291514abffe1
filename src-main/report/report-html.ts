import { showCount, showNs, showPages } from '@shared/units/show';
import { markup, Markup } from './html';
import { PAGE_STATES, type PageStateId } from '@shared/trace/page-state';
import type { OperationOutcome, RunViolation } from '@shared/trace/run-description';
import { patterns, stateChip, STATE_LABELS } from './page-state-look';
import { EVENT_ROWS_MAX, reportDocument, type EventRow, type ReportDocument, type ReportInput, type Verdict, type WatchedPage } from './report-document';
import { REPORT_STYLE } from './report-style';
import { timelineSvg } from './timeline-svg';
import { topologySvg } from './topology-svg';

/** A report as one HTML file that needs nothing else: no network, no script, fit for screen and paper. */
export function reportHtml(input: ReportInput): string {
  const document = reportDocument(input);
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${`${document.title}, ${input.summary.policy}: PinLab report`}</title>
<style>${new Markup(REPORT_STYLE)}</style>
</head>
<body>
${patterns()}
<main>
${heading(document)}
${findings(document)}
${section('Timeline', `${showNs(document.endNs)} of simulated time`, timeline(document))}
${section('What each operation did', null, operationsTable(document.operations))}
${document.expectations.length === 0 ? null : section('Expectations', null, expectationsTable(document))}
${document.watched.length === 0 ? null : section('Watched pages at the end', null, watchedTable(document.watched))}
${section('Topology', 'memories as they were at the end', topology(document))}
${section('Policy', null, policyTable(document))}
${section('Events', eventsNote(document), eventsTable(document.events))}
${section('Where the steps come from', null, markup`<ul class="sources">${document.sources.map(line => markup`<li>${line}</li>`)}</ul>`)}
<footer>Written by PinLab ${document.version}. Order of events is what the lab models; durations come from the costs in the topology and are a model. The same lab, policy, seed and version give this file again, byte for byte.</footer>
</main>
</body>
</html>
`;
  return page.text;
}

const section = (title: string, note: string | null, body: Markup): Markup =>
  markup`<section><h2>${title}${note === null ? null : markup`<small>${note}</small>`}</h2>
${body}</section>`;

const MARKS: Readonly<Record<Verdict, string>> = { safety: '✗', liveness: '✗', expectation: '!', 'not-complete': '!', holds: '✓' };

function heading({ title, verdict, headline, ending, facts, command, lab }: ReportDocument): Markup {
  return markup`<header><p class="brand">PinLab run report</p><h1>${title}</h1></header>
<div class="verdict ${verdict}"><strong>${`${MARKS[verdict]} ${headline}`}</strong><p>${ending}</p></div>
<dl>${facts.map(([name, value]) => markup`<dt>${name}</dt><dd${name === 'Trace digest' ? new Markup(' class="digest"') : null}>${value}</dd>`)}</dl>
${lab.notes === undefined ? null : markup`<p>${lab.notes}</p>`}
<code class="command">${command}</code>`;
}

function findings({ violations, notices, leftBehind, blocked, steps }: ReportDocument): Markup {
  const stuck = blocked.map(({ question, links, source }) => markup`<div class="finding blocked"><h3>${question}</h3>${chain(links)}${source === '' ? null : markup`<div class="meta">${source}</div>`}</div>`);
  return markup`${violations.length === 0 ? null : section(violations.length === 1 ? 'Violation' : 'Violations', null, markup`${violations.map(violation => finding(violation, '', steps))}`)}
${stuck.length === 0 ? null : section('Still waiting at the end', null, markup`${stuck}`)}
${notices.length === 0 ? null : section('Notices', 'designed behaviour worth seeing', markup`${notices.map(notice => finding(notice, ' notice', steps))}`)}
${leftBehind.length === 0 ? null : section('Left behind', 'what is still held, busy or blocked where the run came to rest', markup`${leftBehind.map(rest => finding(rest, ' notice', steps))}`)}`;
}

function finding({ id, class: severity, word = severity, sentence, step, timeNs, chain: links, assumed }: RunViolation, style: string, steps: number): Markup {
  const at = step >= steps ? 'seen at the end of the run' : `at ${showNs(timeNs)}, step ${showCount(step + 1)}`;
  const assumption = assumed ? markup` <span class="tag">assumed: rests on something nobody knows</span>` : null;
  return markup`<div class="finding${style}"><h3><span class="id">${id}</span>${sentence}</h3>
<div class="meta">${`${word}, ${at}`}${assumption}</div>${chain(links)}</div>`;
}

const chain = (links: readonly string[]): Markup | null => (links.length === 0 ? null : markup`<ol class="chain">${links.map(text => markup`<li>${text}</li>`)}</ol>`);

function timeline(document: ReportDocument): Markup {
  const shown = new Set(document.pageLanes.flatMap(({ stretches }) => stretches.map(({ state }) => state)));
  const legend = PAGE_STATES.filter(state => shown.has(state));
  return markup`<div class="scroll">${timelineSvg(document)}</div>
${legend.length === 0 ? null : markup`<div class="legend">${legend.map(state => stateChip(state))}<span>numbers in page lanes are refcounts</span></div>`}`;
}

function operationsTable(operations: readonly OperationOutcome[]): Markup {
  if (operations.length === 0) return markup`<p class="none">The lab has no operations.</p>`;
  return markup`<div class="scroll"><table class="operations"><thead><tr><th>Operation</th><th>What</th><th>Outcome</th><th class="n">Began</th><th class="n">Ended</th></tr></thead><tbody>
${operations.map(operation => markup`<tr><td class="w">${operation.op}</td><td>${operation.text}${operation.rounds > 1 ? markup` <span class="tag">${`${operation.rounds} rounds`}</span>` : null}${operation.assumed ? markup` <span class="tag">assumed</span>` : null}</td><td>${outcome(operation)}</td><td class="n">${operation.startNs === null ? '–' : showNs(operation.startNs)}</td><td class="n">${operation.endNs === null ? '–' : showNs(operation.endNs)}</td></tr>
`)}</tbody></table></div>`;
}

function outcome({ state, result, errno, killedBy, status, blockedOn }: OperationOutcome): Markup {
  if (blockedOn !== null) return markup`<span class="warn">still waiting:</span> ${blockedOn.split('; ')[0] ?? ''}`;
  if (state === 'pending') return markup`<span class="none">never began</span>`;
  if (state === 'skipped') return markup`<span class="none">skipped</span>`;
  if (state === 'lost') return markup`<span class="warn">lost with the power</span>`;
  if (state === 'running') return markup`<span class="warn">not finished</span>`;
  if (killedBy !== null) return markup`<span class="bad-text">ended by ${killedBy}</span>`;
  if (errno !== null) return markup`<span class="bad-text">${errno}</span>`;
  return status === null || status === 'success' ? markup`<span class="good">✓</span> ${status ?? `returned ${String(result ?? 0)}`}` : markup`<span class="bad-text">${status}</span>`;
}

function expectationsTable({ expectations }: ReportDocument): Markup {
  const sign = (ok: boolean | null): Markup => (ok === null ? markup`<span class="none" title="not decided by this run">–</span>` : ok ? markup`<span class="good">✓ met</span>` : markup`<span class="bad-text">✗ not met</span>`);
  return markup`<div class="scroll"><table><thead><tr><th></th><th>Expected</th><th>Must hold in</th><th>Seen</th></tr></thead><tbody>
${expectations.map(({ ok, text, holds, schedule, reason }) => markup`<tr><td class="w">${sign(ok)}</td><td>${text}</td><td>${schedule === null ? holds : `${holds}, ${schedule}`}</td><td>${reason}</td></tr>
`)}</tbody></table></div>`;
}

function watchedTable(watched: readonly WatchedPage[]): Markup {
  const terms = ({ refs, refTerms, agrees, state }: WatchedPage): Markup => {
    if (state === 'hole') return markup`–`;
    const sum = refTerms.length === 0 ? '' : ` = ${refTerms.map(({ value, text }) => `${value} (${text})`).join(' + ')}`;
    return markup`<span class="mono">${refs}</span><span class="note">${sum}</span>${agrees ? null : markup` <span class="bad-text">the holders do not add up to it</span>`}`;
  };
  return markup`<div class="scroll"><table><thead><tr><th>Page</th><th>Where</th><th>State</th><th>Refcount</th><th class="n">Mapcount</th><th class="n">Pincount</th></tr></thead><tbody>
${watched.map(page => markup`<tr><td class="w">${page.name}</td><td>${page.place}</td><td>${stateChip(page.state)}</td><td>${terms(page)}</td><td class="n">${page.maps}</td><td class="n">${page.pins}</td></tr>
`)}</tbody></table></div>`;
}

function topology(document: ReportDocument): Markup {
  const seen = new Map<PageStateId, number>();
  for (const { states } of document.memories) for (const { state, count } of states) seen.set(state, (seen.get(state) ?? 0) + count);
  const legend = PAGE_STATES.filter(state => state !== 'free' && seen.has(state));
  return markup`<div class="scroll">${topologySvg(document)}</div>
<div class="legend">${legend.map(state => markup`<span title="${STATE_LABELS[state]}">${stateChip(state)} ${showPages(seen.get(state) ?? 0)}</span>`)}</div>`;
}

function policyTable({ variants }: ReportDocument): Markup {
  return markup`<div class="scroll"><table><thead><tr><th>Axis</th><th>Variant</th><th>What it does</th><th>Source and evidence</th></tr></thead><tbody>
${variants.map(({ axis, id, title, source, assumed }) => markup`<tr><td class="w">${axis}</td><td class="w mono">${id}</td><td>${title}${assumed ? markup` <span class="tag">assumed</span>` : null}</td><td class="note">${source}</td></tr>
`)}</tbody></table></div>`;
}

function eventsNote({ events, eventsLeftOut }: ReportDocument): string {
  if (eventsLeftOut === 0) return `all ${showCount(events.length)}`;
  return `the first ${showCount(EVENT_ROWS_MAX)}; ${showCount(eventsLeftOut)} more are left out here and stand in the trace`;
}

function eventsTable(events: readonly EventRow[]): Markup {
  if (events.length === 0) return markup`<p class="none">Nothing was said.</p>`;
  return markup`<div class="scroll"><table class="events"><thead><tr><th class="n">Time</th><th class="n">Step</th><th>Actor</th><th>At</th><th>Event</th></tr></thead><tbody>
${events.map((event, at) => markup`<tr${event.step === events[at - 1]?.step ? new Markup(' class="quiet"') : null}><td class="n">${showNs(event.timeNs)}</td><td class="n">${showCount(event.step)}</td><td class="w">${event.actor}</td><td class="w mono">${event.stepName}</td><td>${event.text}</td></tr>
`)}</tbody></table></div>`;
}
