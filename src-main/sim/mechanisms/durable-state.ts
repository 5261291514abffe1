import { TABLES } from '@shared/state/all-tables';
import { cacheLosses } from '@shared/state/cache-tables';
import { fragments, mishaps } from '@shared/state/content-tables';
import { power } from '@shared/state/power-tables';
import { workRequests } from '@shared/state/rdma-tables';
import type { Column, PageField, TableDefinition } from '@shared/state/table';
import { actors, counters, files, hosts, links, operations } from '@shared/state/tables';
import { every } from '../engine/place';

/** What the lab has noted: no part of the machine. */
const NOTES: readonly { readonly $: TableDefinition }[] = [operations, mishaps, cacheLosses, links, power];

/**
 * What a power failure leaves as it is besides: logs and media, the number of a lab's waits and submissions, what programs were told.
 * Contents of frames stay where their memory is persistent; whether a file is held as blocks or as page cache is a matter of the model.
 */
const KEPT: ReadonlySet<Column | PageField> = new Set<Column | PageField>([
  files.durableSize, files.durableLinks, files.durableMode, files.durableXflag, files.durableKind, files.durableDelta, files.durableMedium, files.checksum,
  files.dax, files.badChecksums, files.unexpectedDirty, files.stripped,
  hosts.content, hosts.stale, hosts.unflushed, hosts.persisted, ...fragments.$.columns,
  counters.orphanWrites, counters.zeroedPages, counters.bouncedPages, counters.order, counters.waits,
  workRequests.status, workRequests.reported,
]);

const ACTORS = actors.$.id;
const NOTED = new Set(NOTES.map(({ $ }) => $.id));

const isVolatile = (what: Column | PageField): boolean => !KEPT.has(what);

/** Columns and fields of a table that begin anew with a boot. Actors have a rule of their own. */
export const volatileColumns = ({ id, columns }: TableDefinition): readonly Column[] => (id === ACTORS || NOTED.has(id) ? [] : columns.filter(column => column.spec.kind !== 'id' && isVolatile(column)));
export const volatileFields = ({ id, fields }: TableDefinition): readonly PageField[] => (NOTED.has(id) ? [] : fields.filter(isVolatile));

/** What a power failure writes: all that is volatile, contents, where actors stand, and that operations are lost. */
export const POWER_FAILURE_TERMS = every(
  ...TABLES.flatMap(volatileColumns), ...TABLES.flatMap(volatileFields),
  ...actors.$.columns.filter(({ spec }) => spec.kind !== 'id'), ...fragments.$.columns.filter(({ spec }) => spec.kind !== 'id'),
  hosts.content, hosts.stale, hosts.unflushed, hosts.persisted, operations.state, power.failures,
);
