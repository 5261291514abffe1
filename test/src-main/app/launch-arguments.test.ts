import { expect, test } from 'vitest'
import { readLaunchArguments } from '../../../src-main/app/launch-arguments'

test('unpackaged, the first word is the app itself and the second a lab', () => {
  const argv = ['electron', '--no-sandbox', '-r', 'loader.js', '.', '--inspect=0', 'a.lab.yaml']
  expect(readLaunchArguments(argv, false, '/labs')).toEqual({ lab: '/labs/a.lab.yaml', screenshot: null })
  expect(readLaunchArguments(['electron', '.'], false, '/labs')).toEqual({ lab: null, screenshot: null })
})

test('packaged, the first word is a lab', () => {
  expect(readLaunchArguments(['pinlab', '/elsewhere/a.lab.yaml'], true, '/labs').lab).toBe('/elsewhere/a.lab.yaml')
})

test('named arguments are taken from where the person stands', () => {
  const argv = ['electron', '.', '--lab=b.lab.yaml', '--screenshot=out/b.png']
  expect(readLaunchArguments(argv, false, '/labs')).toEqual({ lab: '/labs/b.lab.yaml', screenshot: '/labs/out/b.png' })
})
