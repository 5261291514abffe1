import type { Scalar } from '@shared/lab/lab';
import { PAGE_BYTES } from '@shared/units/pages';
import { ClauseError, type ByteRange } from '../../observation/values';
import { partOf, TASK, type Scene, type SceneFile, type SceneMapping } from '../scene';
import type { Said } from './family';

/** The mapping that a clause is about: who is before the colon, else the last one. */
export function mappingOf(scene: Scene, { clause, actor }: Said): SceneMapping {
  const mapping = (clause.who === null ? undefined : scene.mappings.get(clause.who)) ?? scene.mapping;
  if (mapping === undefined) throw new ClauseError(clause, 'a mapping made by an earlier clause');
  const isShared = scene.hasForked || scene.draft.processOf(actor) === (mapping.owner ?? TASK);
  return isShared || mapping.again === undefined ? mapping : ownCopy(scene, actor, mapping, mapping.again);
}

/** A process that was not forked has memory of its own, of the same kind. */
function ownCopy(scene: Scene, actor: string, mapping: SceneMapping, again: (actor: string) => SceneMapping): SceneMapping {
  const key = `${actor} ${mapping.name}`;
  const copy = scene.copies.get(key) ?? again(actor);
  scene.copies.set(key, copy);
  return copy;
}

/** The file that a clause is about: the one named by `key`, that of who is before the colon, else the last one. */
export function fileOf(scene: Scene, { clause }: Said, key = 'name'): SceneFile {
  const { who } = clause;
  const named = clause.values[key] ?? '';
  const ofWho = who === null ? undefined : scene.files.get(who) ?? scene.fds.get(who) ?? undefined;
  const file = scene.files.get(named) ?? ofWho ?? scene.file;
  if (file === undefined) throw new ClauseError(clause, 'a file made by an earlier clause');
  return file;
}

/** Bytes that a clause names by `range`, `pages` or `offset`; null is all. */
export function rangeOf({ read }: Said): ByteRange | null {
  const offset = read.size('offset');
  return read.range('range') ?? read.pages('pages') ?? (offset === null ? null : { start: offset, length: 1 });
}

/** Mapping and part of it that a clause is about, as an operation names them. */
export function partOfMapping(scene: Scene, said: Said, around: (range: ByteRange | null) => ByteRange | null = range => range): Readonly<Record<string, Scalar>> {
  const mapping = mappingOf(scene, said);
  const range = around(rangeOf(said)) ?? (mapping.reaches === true ? { start: 0, length: mapping.bytes } : null);
  return { mapping: mapping.name, ...partOf(range) };
}

/** Whole pages around a range. */
export function pagesAround(range: ByteRange | null): ByteRange | null {
  if (range === null) return null;
  const first = Math.floor(range.start / PAGE_BYTES);
  return { start: first * PAGE_BYTES, length: (Math.max(first + 1, Math.ceil((range.start + range.length) / PAGE_BYTES)) - first) * PAGE_BYTES };
}
