import { expect, test } from 'vitest'
import { shiftOf } from '../src/apps/console/anchor.ts'

const rows = (...ids: string[]) => ids
const none = new Set<string>()
test('the first visible row that has not moved itself stays in place, however many others move', () => {
  const before = rows('a', 'b', 'c', 'd', 'e', 'f')
  expect(shiftOf(before, rows('x', 'y', 'a', 'b', 'c', 'd', 'e', 'f'), 2, none)).toBe(2)
  expect(shiftOf(before, rows('d', 'x', 'a', 'b', 'c', 'e', 'f'), 2, new Set('d')), 'd moved to the top').toBe(2)
  expect(shiftOf(before, rows('c', 'd', 'a', 'b', 'e', 'f'), 2, new Set('cd')), 'most of those in sight moved to the top').toBe(0)
  expect(shiftOf(before, rows('b', 'd', 'e', 'f'), 2, none), 'two above have gone, and one in sight').toBe(-2)
  expect(shiftOf(before, rows('f', 'e', 'd', 'c', 'a', 'b'), 2, new Set('cdef')), 'all of those in sight moved: the last one above them').toBe(4)
  expect(shiftOf(before, rows('x', 'y'), 2, none), 'none is left').toBe(0)
})
