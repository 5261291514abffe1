import type { Lab } from '../../src-shared/lab/lab'
import { smallLab } from '../support/small-lab'

/** The last name and the last user of a file go while a drive writes into its page; then the blocks get another owner. */
export const EVICTED = withSlowDrive(smallLab({
  files: { F: 1 }, pmemPages: 2,
  actors: {
    A: [['mmap', { name: 'm', file: 'F' }], ['odirect-read', { mapping: 'm' }]],
    B: { process: 'A', ops: [['await-held', { file: 'F', page: 0, by: 'A' }], ['unlink', { file: 'F' }], ['munmap', { mapping: 'm' }], ['fill-fs', { name: 'G' }]] },
  },
}))

function withSlowDrive(lab: Lab): Lab {
  return { ...lab, topology: { ...lab.topology, nodes: { ...lab.topology.nodes, nvme0: { kind: 'nvme-ssd', mediaLatency: '5 ms' } } } }
}

/** A file system goes while a pipe holds a page of it. */
export const HELD_AT_UMOUNT = smallLab({
  files: { F: 1 },
  actors: { A: [['mmap', { name: 'm', file: 'F' }], ['vmsplice', { mapping: 'm', pipe: 'p' }], ['munmap', { mapping: 'm' }], ['umount', { node: 'pmem0' }]] },
})

/** A store through a MAP_SYNC mapping of a hole. */
export const SYNCHRONOUS = smallLab({
  files: { F: { size: '4 KiB', layout: 'hole' } },
  actors: { A: [['mmap', { name: 'm', file: 'F', sync: true }], ['store', { mapping: 'm' }]] },
})

/** A write(2) and a fault meet on a hole. */
export const WRITE_AGAINST_FAULT = smallLab({
  files: { F: { size: '4 KiB', layout: 'hole' } },
  actors: { A: [['mmap', { name: 'm', file: 'F' }], ['store', { mapping: 'm' }]], B: [['pwrite', { file: 'F', pages: '0+1' }]] },
})

/** A process unbinds the driver of memory that its own pipe holds, and another thread ends it. */
export const KILLED_IN_UNBIND = smallLab({
  files: { F: 1 },
  actors: {
    A: [['mmap', { name: 'm', file: 'F' }], ['vmsplice', { mapping: 'm', pipe: 'p' }], ['unbind', { node: 'pmem0' }]],
    B: { process: 'A', ops: [['await-waiting', { actor: 'A', op: 3 }], ['exit']] },
  },
})

/** A fault asks for blocks and a punch frees them, on ext4, where no lock of the file system keeps them apart. */
export const PUNCHED_IN_FAULT = onExt4(smallLab({
  files: { F: { size: '8 KiB', layout: 'hole' } },
  actors: { A: [['mmap', { name: 'm', file: 'F' }], ['store', { mapping: 'm' }]], B: [['fallocate', { file: 'F', mode: 'punch', pages: '0+2' }]] },
}))

function onExt4(lab: Lab): Lab {
  return { ...lab, topology: { ...lab.topology, nodes: { ...lab.topology.nodes, pmem0: { ...lab.topology.nodes['pmem0']!, fs: 'ext4' } } } }
}
