import { assert } from '../base/assert';
import type { TableDefinition } from './table';
import * as bio from './bio-tables';
import * as cache from './cache-tables';
import * as content from './content-tables';
import * as buffers from './buffer-tables';
import * as links from './link-tables';
import * as movers from './mover-tables';
import * as p2p from './p2p-tables';
import * as pgmap from './pgmap-tables';
import * as placement from './placement-tables';
import * as deviceMemory from './device-memory-tables';
import * as nvmet from './nvmet-tables';
import * as notifiers from './notifier-tables';
import * as power from './power-tables';
import * as rdma from './rdma-tables';
import * as core from './tables';
import * as vfs from './vfs-tables';

const FAMILIES: readonly object[] = [core, rdma, bio, cache, content, links, placement, vfs, deviceMemory, notifiers, movers, buffers, pgmap, p2p, nvmet, power];

const isTable = (member: unknown): member is { readonly $: TableDefinition } => typeof member === 'object' && member !== null && '$' in member;

/** Every table of a state. Whoever meets rows of any kind knows them from here. */
export const TABLES: readonly TableDefinition[] = FAMILIES.flatMap((family): readonly unknown[] => Object.values(family)).filter(isTable).map(({ $ }) => $);

const BY_ID = new Map(TABLES.map(table => [table.id, table]));
assert(BY_ID.size === TABLES.length, 'tables have names, and so ids, of their own');

/** The table of this id; it stands in the header word of a row. */
export const tableOf = (id: number): TableDefinition | undefined => BY_ID.get(id);
