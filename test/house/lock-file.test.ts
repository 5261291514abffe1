import { expect, test } from 'vitest'
import { textOf } from './sources'

interface LockedPackage {
  readonly resolved?: string
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const { packages } = JSON.parse(textOf('package-lock.json')) as { packages: Readonly<Record<string, LockedPackage>> }

/** Where Node would look for a dependency of the package at `path`. */
function candidates(path: string, name: string): string[] {
  const folders = path.split('/node_modules/')
  const own = folders.map((_, depth) => `${folders.slice(0, depth + 1).join('/node_modules/')}/node_modules/${name}`)
  return [...own, `node_modules/${name}`]
}

// A registry that serves only some platforms' packages of a fresh release makes `npm install` drop the others silently; `npm ci` then fails elsewhere.
test('the lock file has an entry for every optional dependency', () => {
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter((name) => !candidates(path, name).some((place) => place in packages)).map((name) => `${name}, wanted by ${path}`)
  )
  expect(missing).toEqual([])
})

test('the lock file names no host to download from', () => {
  expect(Object.values(packages).flatMap(({ resolved }) => resolved ?? [])).toEqual([])
})
