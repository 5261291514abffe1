import { maker, type Family } from '../family'
import type { SceneFile } from '../scene'

const isCached = ({ kind }: SceneFile): boolean => kind === 'cache'

export const pageCache: Family = {
  title: 'writeback and reclaim of the page cache',
  percent: 35,
  makers: [maker('writeback', 3, undefined, isCached), maker('fadvise', 1, undefined, isCached), maker('reclaim', 2, undefined, isCached), maker('drop-caches', 1)],
}
