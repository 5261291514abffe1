import { maker, type Family, type Says } from '../family'
import type { NameKind } from '../scene'

const takes = (kind: NameKind, parameter: string): Says => (scene, { process }) => (scene.mappingsOf(process).length === 0 ? null : { [parameter]: scene.bringUp(kind, process) })
const releases = (kind: NameKind, parameter: string): Says => (scene, { process }) => {
  const name = scene.known(kind, process)
  return name === undefined ? null : { [parameter]: name }
}

export const buffers: Family = {
  title: 'io_uring, AF_XDP and other users of pages in the kernel',
  percent: 40,
  makers: [
    maker('uring-register', 4, takes('ring', 'ring')), maker('uring-unregister', 2, releases('ring', 'ring')), maker('uring-close', 1, releases('ring', 'ring')),
    maker('device-read', 1, releases('ring', 'ring')), maker('device-write', 2, releases('ring', 'ring')),
    maker('xdp-register', 2, takes('socket', 'socket')), maker('xdp-close', 1, releases('socket', 'socket')), maker('socket', 1),
    maker('take-reference', 2, takes('reference', 'name')), maker('drop-reference', 2, releases('reference', 'of')), maker('pin-pages', 2, takes('pin', 'name')), maker('unpin-pages', 2, releases('pin', 'of')),
    maker('process-vm-read', 1), maker('process-vm-write', 1), maker('proc-mem-write', 1), maker('take-off-lru', 1), maker('put-on-lru', 1), maker('get-page', 1), maker('put-page', 1),
  ],
}
