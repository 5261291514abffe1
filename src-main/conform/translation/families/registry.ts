import { accesses } from './accesses';
import type { Family, Translate } from './family';
import { files } from './files';
import { holds } from './holds';
import { kernelFeatures } from './kernel';
import { leases } from './leases';
import { mappings } from './mappings';
import { maps } from './maps';
import { migration } from './migration';
import { mounts } from './mounts';
import { pins } from './pins';
import { processes } from './processes';
import { rdma } from './rdma';

const FAMILIES: readonly Family[] = [maps, accesses, mappings, files, holds, pins, processes, leases, migration, mounts, rdma, kernelFeatures];

const BY_WORD: ReadonlyMap<string, Translate> = new Map(FAMILIES.flatMap(family => Object.entries(family)));

/** Translation of a word; undefined where the lab has none. */
export const translationOf = (word: string): Translate | undefined => BY_WORD.get(word);
