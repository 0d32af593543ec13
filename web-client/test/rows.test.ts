// Tests of where the row "new" (above unread messages) is placed in the history.

import { expect, test } from 'vitest'
import { reduce } from '../src/timeline/reduce.ts'
import { EMPTY } from '../src/timeline/state.ts'
import { rows } from '../src/ui/rows.ts'
import { messageEvent, subscribed } from './help/sample.ts'

const timeline = reduce(EMPTY, { type: 'page', page: subscribed({ events: [1, 2, 3, 4].map((seq) => messageEvent(seq)), head: 4 }) })
const staff = { side: 'staff', id: 'another' } as const
const markedBefore = (unread: Parameters<typeof rows>[3], of = timeline) => {
  const made = rows(of, staff, () => 'a day', unread)
  const at = made.findIndex((row) => row.kind === 'new')
  const next = made[at + 1]
  return at >= 0 && next?.kind === 'item' && next.item.kind === 'message' ? next.item.event.seq : null
}

test('messages that were unread at opening are marked, later ones are not', () => {
  expect(markedBefore({ after: 2, upTo: 4 })).toBe(3)
  expect(markedBefore({ after: 2, upTo: 2 })).toBe(null)
  expect(markedBefore(null)).toBe(null)
})

test('the mark ends when the person writes below it', () => {
  const answered = reduce(timeline, { type: 'queued', pending: { key: 'mine', body: 'An answer', internal: false, at: '2026-01-01T00:00:00Z', state: { kind: 'waiting' } } })
  expect(markedBefore({ after: 2, upTo: 4 }, answered)).toBe(null)
})
