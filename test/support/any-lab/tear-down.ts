import type { LabOperation, Scalar } from '../../../src-shared/lab/lab'
import type { Doer, Scene } from './scene'

/** Behind all that the programs do, lease breaks of a minute or two included. */
const LETS_GO_AT = '1000 s'
const UNMOUNTS_AT = '1100 s'
const UNBINDS_AT = '1200 s'

const operation = (word: string, parameters: Readonly<Record<string, Scalar>>): LabOperation => ({ word, parameters })

/** Lets go of nearly everything that an actor has; the first actor then unmounts the file systems and unbinds the drivers. */
export function tearDown(scene: Scene, { name, process, others }: Doer): readonly LabOperation[] {
  const { chance } = scene
  const own = [
    ...scene.owned('mr', process).map((mr) => operation('ibv-dereg', { mr: mr.name })),
    ...scene.owned('pipe', process).map((pipe) => operation('close-pipe', { pipe: pipe.name })),
    ...scene.owned('ring', process).map((ring) => operation('uring-close', { ring: ring.name })),
    ...scene.owned('socket', process).map((socket) => operation('xdp-close', { socket: socket.name })),
    ...scene.owned('reference', process).map((reference) => operation('drop-reference', { of: reference.name })),
    ...scene.owned('pin', process).map((pin) => operation('unpin-pages', { of: pin.name })),
    ...scene.owned('p2p-buffer', process).map((buffer) => operation('p2p-free', { buffer: buffer.name })),
    ...scene.mappingsOf(process).map((mapping) => operation('munmap', { mapping: mapping.name })),
    ...scene.owned('fd', process).map((fd) => operation('close', { fd: fd.name })),
  ].filter(() => chance.percent(95)).map(({ word, parameters }) => operation(word, { ...parameters, at: LETS_GO_AT }))
  const isFirst = others.every((other) => name < other)
  return isFirst ? [...own, ...takeDown(scene)] : own
}

function takeDown({ nodes, chance }: Scene): readonly LabOperation[] {
  const all = Object.entries(nodes)
  const mounted = all.filter(([, { kind, mode, mounted: isMounted }]) => kind === 'pmem-region' && mode !== 'devdax' && isMounted !== false).map(([node]) => node)
  const driven = all.filter(([, { kind, cmb }]) => ['pmem-region', 'gpu', 'coherent-memory'].includes(kind) || cmb !== undefined).map(([node]) => node)
  return [
    ...mounted.filter(() => chance.percent(50)).map((node) => operation('umount', { node, at: UNMOUNTS_AT })),
    ...driven.filter(() => chance.percent(50)).map((node) => operation('unbind', { node, at: UNBINDS_AT })),
  ]
}
