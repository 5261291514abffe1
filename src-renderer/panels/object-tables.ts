import { accessText } from '@shared/domain/rdma-access';
import { holdersOf } from '@shared/state/lock';
import type { State } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { runEnd, runsIn, valueAt } from '@shared/state/page-runs';
import { regions } from '@shared/state/rdma-tables';
import { busyExtents, files, filesystems, holders, processes } from '@shared/state/tables';
import { liveHolders } from '@shared/trace/held-ranges';
import { actorName, fileName, filesystemName, heldPages, holdWord, keeperName, nameOfRow, operationName, processName } from '@shared/trace/names';
import { outlookOfHold } from '@shared/trace/release-outlook';
import type { RunDescription } from '@shared/trace/run-description';
import type { Selection } from '@shared/trace/selection';
import { waitsOf } from '@shared/trace/wait-graph';
import { showBytes, showCount, showPages, showPfn } from '@shared/units/show';

/** A line of a table: what its cells say, and what a click selects. */
export interface ObjectRow {
  readonly key: string;
  readonly cells: readonly string[];
  readonly selection: Selection;
}

/** Objects of one kind as they are at the cursor. */
export interface ObjectTableKind {
  readonly id: string;
  readonly title: string;
  readonly columns: readonly string[];
  /** Widths in a grid template, one a column. */
  readonly template: string;
  /** What to say while there is none. */
  readonly none: string;
  rows(state: State, run: RunDescription): readonly ObjectRow[];
}

const rowSelection = (row: Row): Selection => ({ kind: 'row', row });

const holds: ObjectTableKind = {
  id: 'holds', title: 'Pins and references', columns: ['Hold', 'Pages', 'Frames', 'Kept by', 'Taken by', 'Ends'],
  template: 'minmax(76px, 104px) minmax(60px, 90px) minmax(80px, 158px) minmax(120px, 1fr) minmax(56px, 70px) minmax(120px, 2fr)',
  none: 'Nobody holds a page here.',
  rows: (state, run) => liveHolders(state).map(row => {
    const first = holders.pfnFirst.in(state, row);
    const count = holders.pageCount.in(state, row);
    return {
      key: String(row),
      cells: [
        holdWord(holders.how.nameIn(state, row)), heldPages(state, run, row), count === 1 ? showPfn(first) : `${showPfn(first)} … ${showPfn(first + count - 1)}`,
        keeperName(state, run, row), operationName(run, holders.op.in(state, row)), outlookOfHold(state, run, row).text,
      ],
      selection: rowSelection(row),
    };
  }),
};

const registrations: ObjectTableKind = {
  id: 'mrs', title: 'MRs', columns: ['MR', 'State', 'Length', 'Process', 'Charged', 'Access', 'In flight', 'NIC'],
  template: 'repeat(7, minmax(60px, 110px)) minmax(60px, 1fr)',
  none: 'No memory is registered here.',
  rows: (state, run) => regions.$.rows(state).filter(row => regions.state.in(state, row) !== 0).map(row => ({
    key: String(row),
    cells: [
      nameOfRow(state, run, row).replace('MR ', ''), regions.state.nameIn(state, row), showPages(regions.pageCount.in(state, row)), processName(run, regions.process.in(state, row)),
      showPages(regions.charged.in(state, row)), accessText(regions.access.in(state, row)), showCount(regions.inflight.in(state, row)), nameOfRow(state, run, regions.nic.in(state, row)),
    ],
    selection: rowSelection(row),
  })),
};

const extents: ObjectTableKind = {
  id: 'extents', title: 'Extents', columns: ['File', 'Size', 'Pages', 'Kind', 'Frames'],
  template: 'repeat(4, minmax(70px, 130px)) minmax(140px, 1fr)',
  none: 'No file has a block here.',
  rows: (state, run) => files.$.rows(state).flatMap(file => extentRows(state, run, file)),
};

function extentRows(state: State, run: RunDescription, file: Row): ObjectRow[] {
  const size = showBytes(files.size.in(state, file));
  return [...runsIn(state, file, files.kind.field)].flatMap(({ first, count, value }) => {
    const found: ObjectRow[] = [];
    for (let index = first, end = first; index < first + count; index = end) {
      end = Math.min(first + count, runEnd(state, file, files.blockDelta.field, index));
      const pfn = index + valueAt(state, file, files.blockDelta.field, index);
      const pages = end - index;
      found.push({
        key: `${file}:${index}`,
        cells: [fileName(run, file), size, pages === 1 ? String(index) : `${index} … ${end - 1}`, files.kind.spec.names?.[value] ?? String(value), pages === 1 ? showPfn(pfn) : `${showPfn(pfn)} … ${showPfn(pfn + pages - 1)}`],
        selection: { kind: 'page', pfn },
      });
    }
    return found;
  });
}

const busy: ObjectTableKind = {
  id: 'busy', title: 'Busy extents', columns: ['File system', 'Frames', 'Length', 'State', 'Held by a device', 'Freed from page'],
  template: 'minmax(80px, 140px) minmax(110px, 190px) minmax(60px, 110px) repeat(2, minmax(80px, 130px)) minmax(90px, 1fr)',
  none: 'No freed block waits to be used again.',
  rows: (state, run) => busyExtents.$.rows(state).filter(row => busyExtents.state.in(state, row) !== 0).map(row => {
    const first = busyExtents.firstPfn.in(state, row);
    const count = busyExtents.pageCount.in(state, row);
    return {
      key: String(row),
      cells: [
        filesystemName(run, busyExtents.fs.in(state, row)), count === 1 ? showPfn(first) : `${showPfn(first)} … ${showPfn(first + count - 1)}`, showPages(count),
        busyExtents.state.nameIn(state, row), busyExtents.dax.in(state, row) === 1 ? 'yes' : 'no', String(busyExtents.firstIndex.in(state, row)),
      ],
      selection: { kind: 'page', pfn: first },
    };
  }),
};

const locks: ObjectTableKind = {
  id: 'locks', title: 'Locks', columns: ['Lock', 'Mode', 'Held by', 'Waiting'],
  template: 'minmax(130px, 220px) minmax(60px, 100px) minmax(90px, 1fr) minmax(120px, 2fr)',
  none: 'No lock is held.',
  rows: (state, run) => [...heldLocks(state, run)],
};

const LOCKS = [
  { table: files.$, columns: [files.iolock, files.invlock, files.ilock], name: fileName },
  { table: filesystems.$, columns: [filesystems.group], name: filesystemName },
  { table: processes.$, columns: [processes.mmapLock], name: processName },
] as const;

/** Held locks, and who waits for each. */
function* heldLocks(state: State, run: RunDescription): Generator<ObjectRow> {
  const waits = run.actors.flatMap((_, nth) => waitsOf(state, run, nth).flatMap(wait => (wait.kind === 'lock' ? [{ nth, text: wait.text }] : [])));
  for (const { table, columns, name } of LOCKS) {
    for (const row of table.rows(state)) {
      for (const column of columns) {
        const word = column.in(state, row);
        if (word === 0) continue;
        const called = `${column.name} of ${name(run, row)}`;
        const waiting = waits.filter(({ text }) => text === called).map(({ nth }) => actorName(run, nth));
        yield {
          key: `${row}:${column.name}`,
          cells: [called, word < 0 ? 'exclusive' : 'shared', holdersOf(word).map(nth => actorName(run, nth)).join(', '), waiting.length === 0 ? 'nobody' : waiting.join(', ')],
          selection: rowSelection(row),
        };
      }
    }
  }
}

const addressSpaces: ObjectTableKind = {
  id: 'processes', title: 'Processes', columns: ['Process', 'Mapped', 'Pinned', 'RLIMIT_MEMLOCK', 'Ever pinned', 'State'],
  template: 'minmax(80px, 140px) repeat(2, minmax(70px, 120px)) minmax(110px, 140px) minmax(70px, 100px) minmax(60px, 1fr)',
  none: 'There is no process.',
  rows: (state, run) => processes.$.rows(state).map(row => {
    const limit = processes.memlockLimit.in(state, row);
    const mapped = [...runsIn(state, row, processes.pte.field)].reduce((pages, { count }) => pages + count, 0);
    return {
      key: String(row),
      cells: [
        processName(run, row), showPages(mapped), showPages(processes.pinnedVm.in(state, row)), limit < 0 ? 'unlimited' : showBytes(limit),
        processes.hasPinned.in(state, row) === 1 ? 'yes' : 'no', processes.exited.in(state, row) === 1 ? 'exited' : 'alive',
      ],
      selection: rowSelection(row),
    };
  }),
};

/** In the order of their tabs. */
export const OBJECT_TABLES: readonly ObjectTableKind[] = [holds, registrations, extents, busy, locks, addressSpaces];
