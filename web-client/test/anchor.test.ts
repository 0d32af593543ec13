import { expect, test } from 'vitest'
import { shiftOf } from '../src/faces/console/anchor.ts'

const rows = (...ids: string[]) => ids
test('the rows in sight are followed, not one of them that has moved, nor one that has gone', () => {
  const before = rows('a', 'b', 'c', 'd', 'e', 'f')
  expect(shiftOf(before, rows('x', 'y', 'a', 'b', 'c', 'd', 'e', 'f'), 2, 3)).toBe(2)
  expect(shiftOf(before, rows('d', 'x', 'a', 'b', 'c', 'e', 'f'), 2, 3), 'd moved to the top, and the row behind it stays').toBe(1)
  expect(shiftOf(before, rows('b', 'd', 'e', 'f'), 2, 3), 'two above have gone, and one in sight').toBe(-2)
  expect(shiftOf(before, rows('x', 'y'), 2, 3), 'none is left').toBe(0)
})
