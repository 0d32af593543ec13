// Tests of merging a person's unsaved changes to a setting with what another person has saved.

import { expect, test } from 'vitest'
import { merged } from '../src/client/merged-setting.ts'

const on = (before: unknown, mine: unknown, now: unknown, sent: unknown = before) => {
  const { value, isAsked } = merged({ mine, wanted: mine, before, sent, now, saved: now }, { sites: String })
  return [value, isAsked]
}

test('unchanged fields follow the saved value, and fields changed on both sides are asked about, one by one', () => {
  expect(on({ a: 1, b: 1, c: 1 }, { a: 2, b: 1, c: 1 }, { a: 1, b: 3, c: 1 })).toEqual([{ a: 2, b: 3, c: 1 }, false])
  expect(on({ a: 1, b: 1 }, { a: 2, b: 1 }, { a: 3, b: 3 })).toEqual([{ a: 2, b: 3 }, true])
  expect(on({ a: 1 }, { a: 2 }, { a: 2 }), 'both to the same').toEqual([{ a: 2 }, false])
  expect(on({ days: { mon: [1], tue: [1] } }, { days: { mon: [2], tue: [1] } }, { days: { mon: [1], tue: [] } })).toEqual([{ days: { mon: [2], tue: [] } }, false])
})

test('a stored value that was sent is the person’s own, even if they changed it back since', () => {
  expect(on({ a: 1 }, { a: 3 }, { a: 2 }, { a: 2 })).toEqual([{ a: 3 }, false])
  expect(on({ a: 1 }, { a: 1 }, { a: 2 }, { a: 2 })).toEqual([{ a: 1 }, false])
})

test('a list without an order keeps what each side added, and drops what each side removed', () => {
  expect(on({ sites: ['a', 'b', 'c'] }, { sites: ['a', 'c', 'mine'] }, { sites: ['a', 'b', 'theirs'] })).toEqual([{ sites: ['a', 'mine', 'theirs'] }, false])
  expect(on({ other: ['a'] }, { other: ['b'] }, { other: ['c'] })).toEqual([{ other: ['b'] }, true])
})
