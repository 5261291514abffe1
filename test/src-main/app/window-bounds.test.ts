import fc from 'fast-check'
import { expect, test } from 'vitest'
import { clampToWorkArea, parseBounds } from '../../../src-main/app/window-bounds'

const left = { x: 0, y: 30, width: 1920, height: 1050 }
const right = { x: 1920, y: 0, width: 2560, height: 1440 }

test('bounds on a display stay as they are', () => {
  const bounds = { x: 2000, y: 100, width: 1440, height: 900 }
  expect(clampToWorkArea(bounds, [left, right])).toEqual(bounds)
})

test('bounds on a display that is gone come back to the first one', () => {
  expect(clampToWorkArea({ x: 5000, y: 200, width: 1440, height: 900 }, [left])).toEqual({ x: 480, y: 180, width: 1440, height: 900 })
})

test('whatever was remembered, the window lies wholly on one work area', () => {
  const place = fc.integer({ min: -10_000, max: 10_000 })
  const size = fc.integer({ min: 1, max: 10_000 })
  fc.assert(fc.property(place, place, size, size, (x, y, width, height) => {
    const at = clampToWorkArea({ x, y, width, height }, [left, right])
    return [left, right].some((area) => at.x >= area.x && at.y >= area.y && at.x + at.width <= area.x + area.width && at.y + at.height <= area.y + area.height)
  }))
})

test.each(['', '{', '[]', 'null', '{"x":1}', '{"x":"1","y":2,"width":3,"height":4}', '{"x":1.5,"y":2,"width":3,"height":4}'])('%j is not bounds', (text) => {
  expect(parseBounds(text)).toBeNull()
})

test('what was written is read', () => {
  expect(parseBounds(JSON.stringify(left))).toEqual(left)
})
