import { migrations } from '@shared/state/device-memory-tables';
import type { Row } from '@shared/state/dictionary';
import type { PageField } from '@shared/state/table';
import { actors, hosts, processes } from '@shared/state/tables';
import { emit } from '../engine/events';
import { machine } from '../engine/machine';
import { every } from '../engine/place';
import { DEVICE_PUT_READS, DEVICE_PUT_TERMS } from './device-memory';
import { afterPut } from './folio-counts';
import { FREE_TERMS } from './frames';
import { memoryAt } from './memory-types';
import { removeMigrationEntries, RMAP_READS, RMAP_TERMS } from './rmap';

/** Values of `migrations.stage`. */
export const STAGE = { skipped: 0, noSource: 1, collected: 2, unmapped: 3, moved: 4 } as const;

/** Which pages a migration takes (enum migrate_vma_direction), bits. */
export const SELECT = { system: 1, private: 2, coherent: 4, compound: 8 } as const;

const FIELDS: readonly PageField[] = [migrations.stage, migrations.fromDelta, migrations.whole, migrations.hasTarget, migrations.toDelta];

/** What of a migration its steps read and write. */
export const MIGRATION_TERMS = every(migrations.process, migrations.pageCount, migrations.faultPfn, migrations.moved, ...FIELDS);

/** Pages of a range that are in the same state, their frames side by side. */
export interface MigrationPiece {
  readonly index: number;
  readonly pages: number;
  readonly stage: number;
  readonly from: number;
  readonly to: number;
  readonly isWhole: boolean;
  readonly hasTarget: boolean;
}

/** The run that begins at a page of the range. */
export function pieceFrom(migration: Row, index: number): MigrationPiece {
  const end = Math.min(migrations.pageCount.get(migration), ...FIELDS.map(field => field.runEnd(migration, index)));
  return {
    index, pages: end - index, stage: migrations.stage.at(migration, index),
    from: index + migrations.fromDelta.at(migration, index), to: index + migrations.toDelta.at(migration, index),
    isWhole: migrations.whole.at(migration, index) === 1, hasTarget: migrations.hasTarget.at(migration, index) === 1,
  };
}

/** First page of the range in one of these stages, from `index` on; −1 if there is none. */
export const nextIn = (migration: Row, index: number, ...stages: readonly number[]): number =>
  migrations.stage.find(migration, index, migrations.pageCount.get(migration), stage => stages.includes(stage));

export function setStage(migration: Row, index: number, pages: number, stage: number): void {
  migrations.stage.assign(migration, index, pages, stage);
}

/** Begins a migration of a range, or of pages found by frame (process 0). */
export function openMigration(migration: Row, process: Row, vpn: number, pages: number, faultPfn: number): void {
  migrations.process.set(migration, process);
  migrations.vpnFirst.set(migration, vpn);
  migrations.pageCount.set(migration, pages);
  migrations.faultPfn.set(migration, faultPfn);
  migrations.moved.set(migration, 0);
  for (const field of FIELDS) field.assign(migration, 0, pages, 0);
}

export function closeMigration(migration: Row): void {
  const pages = migrations.pageCount.get(migration);
  if (pages === 0) return;
  for (const field of FIELDS) field.assign(migration, 0, pages, 0);
  for (const column of [migrations.process, migrations.vpnFirst, migrations.pageCount, migrations.faultPfn]) column.set(migration, 0);
}

/** Why a page stays where it is; the numbers stand in events. */
export const STAYS = { notSelected: 0, locked: 1, pinned: 2, notIsolated: 3, referenced: 4, noDestination: 5, countChanged: 6, notSplit: 7, foreign: 8, hole: 9, entryChanged: 10, fileBacked: 11 } as const;

export function noteStay(migration: Row, index: number, pages: number, reason: number): void {
  emit('page-not-moved', migrations.process.get(migration), migrations.vpnFirst.get(migration) + index, pages, reason);
}

const self = (): number => actors.nth.get(machine.self) + 1;

/** Frames of the folio that a CPU fault holds are locked already by the one who moves them. */
export const isFaultFolio = (migration: Row, pfn: number): boolean => {
  const fault = migrations.faultPfn.get(migration);
  return fault !== 0 && pfn <= fault && fault < pfn + 2 ** hosts.order.at(processes.host.get(migrations.process.get(migration)), fault);
};

/** Locks source frames and takes the reference that the mover holds. */
export function takeSource(host: Row, pfn: number, pages: number): void {
  hosts.locked.assign(host, pfn, pages, self());
  hosts.refs.add(host, pfn, pages, 1);
  hosts.moving.add(host, pfn, pages, 1);
}

/** What {@link putSource}, {@link restore} and {@link putTarget} read and write. */
export const PUT_READS = [...RMAP_READS, ...DEVICE_PUT_READS, ...every(hosts.owner)];
export const PUT_TERMS = [...RMAP_TERMS, ...DEVICE_PUT_TERMS, ...FREE_TERMS, ...every(hosts.locked, hosts.moving, hosts.isolated, hosts.refs)];

/** Unlocks source frames and drops the mover's reference; those that nobody else has are free then. */
export function putSource(host: Row, migration: Row, pfn: number, pages: number): void {
  if (!isFaultFolio(migration, pfn)) hosts.locked.assign(host, pfn, pages, 0);
  if (memoryAt(pfn).type === 'normal') hosts.isolated.assign(host, pfn, pages, 0);
  hosts.moving.add(host, pfn, pages, -1);
  hosts.refs.add(host, pfn, pages, -1);
  afterPut(host, pfn, pages);
}

/** Gives pages back to where they were: their entries name the source again. */
export function restore(host: Row, migration: Row, { index, pages, from }: MigrationPiece): void {
  removeMigrationEntries(host, from, from, pages);
  putSource(host, migration, from, pages);
  setStage(migration, index, pages, STAGE.skipped);
}

/** Unlocks destination frames and drops the reference of their allocation; unused ones are free then. */
export function putTarget(host: Row, pfn: number, pages: number): void {
  hosts.locked.assign(host, pfn, pages, 0);
  hosts.moving.add(host, pfn, pages, -1);
  hosts.refs.add(host, pfn, pages, -1);
  afterPut(host, pfn, pages);
}
