import type { Family } from './family'
import { buffers } from './families/buffers'
import { deviceDax } from './families/device-dax'
import { deviceMemory } from './families/device-memory'
import { directIo } from './families/direct-io'
import { files } from './families/files'
import { forks } from './families/forks'
import { leaseFamily } from './families/leases'
import { memory } from './families/memory'
import { mountFamily } from './families/mounts'
import { names } from './families/names'
import { pageCache } from './families/page-cache'
import { nvmeTarget } from './families/nvme-target'
import { peerToPeer } from './families/peer-to-peer'
import { placement } from './families/placement'
import { queuePairs } from './families/queue-pairs'
import { registrations } from './families/registrations'
import { tasks } from './families/tasks'
import { wholeFilesystem } from './families/whole-filesystem'

/** Every operation belongs to one of them, at least. A new mechanism is a file here and a line. */
export const FAMILIES: readonly Family[] = [
  memory, files, directIo, registrations, buffers, pageCache, names, leaseFamily, tasks, forks, queuePairs, deviceMemory, peerToPeer, placement, mountFamily, deviceDax, wholeFilesystem, nvmeTarget,
]

/** Operations that no family draws, and why. */
export const NOT_DRAWN: Readonly<Record<string, string>> = {
  'nvmf-connect': 'the remote program has it', 'nvmf-read': 'the remote program has it', 'nvmf-write': 'the remote program has it',
  'power-failure': 'what a power failure leaves is judged by labs of its own: rules of one boot do not hold across it', 'await-boot': 'nothing without power-failure',
  'submit-bio': 'a bio of pages of several origins; not drawn yet', 'nvme-hmb': 'not drawn yet',
  'dmabuf-export': 'not drawn yet', 'dmabuf-move': 'not drawn yet', 'dmabuf-revoke': 'not drawn yet', 'ibv-reg-dmabuf': 'not drawn yet',
  modprobe: 'it answers by a parameter of its own and touches nothing else',
}
