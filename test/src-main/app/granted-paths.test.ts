import { beforeEach, expect, test } from 'vitest'
import { GrantedPaths } from '../../../src-main/app/granted-paths'

let paths: GrantedPaths

beforeEach(() => {
  paths = new GrantedPaths()
  paths.grant('/labs/a.lab.yaml')
})

test('a granted file may be used, however its path is spelled', () => {
  expect(paths.require('/labs/./x/../a.lab.yaml')).toBe('/labs/a.lab.yaml')
})

test.each(['/labs/b.lab.yaml', '/labs', '/labs/a.lab.yaml/..', '/labs/a.lab.yaml.bak'])('%s was not granted', (path) => {
  expect(() => paths.require(path)).toThrow(/not chosen in a dialog/)
})
