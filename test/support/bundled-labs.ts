import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { catalogue } from '../../src-main/sim/assemble'
import { readLab } from '../../src-main/storage/lab-file'
import type { Lab } from '../../src-shared/lab/lab'

const root = join(import.meta.dirname, '../../resources/labs')

export interface BundledLab {
  /** File name without its ending. */
  readonly name: string
  readonly file: string
  readonly lab: Lab
}

/** Reads a lab file that must be good. */
export function labFrom(file: string): Lab {
  const read = readLab(readFileSync(file, 'utf8'), basename(file), catalogue())
  if (!read.ok) throw new Error(read.refusal.map(({ file: at, line, column, message }) => `${at}:${line}:${column}: ${message}`).join('\n'))
  return read.value.lab
}

const FOLDERS = ['guided', 'scenarios']

const labsIn = (folder: string): readonly BundledLab[] =>
  readdirSync(join(root, folder)).filter((entry) => entry.endsWith('.lab.yaml')).sort()
    .map((entry) => ({ name: basename(entry, '.lab.yaml'), file: join(root, folder, entry), lab: labFrom(join(root, folder, entry)) }))

/** Every lab that ships, guided ones first. */
export const bundledLabs = (): readonly BundledLab[] => FOLDERS.flatMap(labsIn)

export function bundledLab(name: string): BundledLab {
  const file = FOLDERS.map((folder) => join(root, folder, `${name}.lab.yaml`)).find(existsSync)
  if (file === undefined) throw new Error(`there is no bundled lab ${name}`)
  return { name, file, lab: labFrom(file) }
}
