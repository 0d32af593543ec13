// Tests of when a ticket counts as unread, and of keeping the newest state of a ticket that arrives from several sources.

import { expect, test } from 'vitest'
import { createTicketCollection } from '../src/client/ticket-collection.ts'
import { isUnread } from '../src/client/unread.ts'
import type { StaffView } from '../src/protocol/model.ts'
import { staffTicket } from './help/sample.ts'

const ticket = (id: string, seq: number, read_seq: number, more: Partial<StaffView> = {}): StaffView => ({ ...staffTicket, id, seq, read_seq, archived_at: null, ...more })
const collection = (max = 100) => {
  const sight = { isLooking: true }
  return { sight, tickets: createTicketCollection<StaffView>({ isLooking: () => sight.isLooking, max }) }
}

test('an event after the read position makes a ticket unread, as on the server', () => {
  expect([isUnread(ticket('a', 3, 2)), isUnread(ticket('a', 3, 3)), isUnread(ticket('a', 2, 3))]).toEqual([true, false, false])
  // An archived ticket never counts as unread, even if the person has not read all its events.
  expect(isUnread(ticket('a', 3, 2, { archived_at: '2026-01-01T00:00:00Z' }))).toBe(false)
  expect([isUnread(ticket('a', 3, 3), { isMarked: true }), isUnread(ticket('a', 3, 2), { isOpen: true }), isUnread(ticket('a', 3, 3), { isOpen: true, isMarked: true })]).toEqual([true, false, false])
})

test('the newest state is kept, with the furthest known read position', () => {
  const { tickets } = collection()
  expect(tickets.take(ticket('a', 4, 4))).toMatchObject({ seq: 4, read_seq: 4 })
  // A push is the same for all staff, so it does not contain the person's read position, which must keep its value.
  expect(tickets.take(ticket('a', 5, 0))).toMatchObject({ seq: 5, read_seq: 4 })
  expect(tickets.take(ticket('a', 3, 3))).toBeNull()
  expect(tickets.get('a')).toMatchObject({ seq: 5, read_seq: 4 })
  expect(tickets.read('a', 5)).toMatchObject({ read_seq: 5 })
  expect(tickets.read('a', 2)).toMatchObject({ read_seq: 5 })
  expect(tickets.read('b', 2)).toBeUndefined()
  expect(tickets.marked(ticket('a', 3, 1))).toMatchObject({ seq: 3, read_seq: 5 })
})

test('the open ticket counts as read while it is visible', () => {
  const { sight, tickets } = collection()
  tickets.take(ticket('a', 4, 1))
  expect(tickets.setOpen('a')).toMatchObject({ read_seq: 4 })
  sight.isLooking = false
  expect(tickets.take(ticket('a', 5, 0))).toMatchObject({ read_seq: 4 })
  sight.isLooking = true
  expect(tickets.look()).toMatchObject({ read_seq: 5 })
  tickets.setOpen(null)
  expect(tickets.take(ticket('a', 6, 0))).toMatchObject({ read_seq: 5 })
})

test('nothing is known of another history', () => {
  const { tickets } = collection()
  tickets.take(ticket('a', 9, 9))
  tickets.take(ticket('b', 9, 9))
  tickets.forget('a')
  expect(tickets.take(ticket('a', 2, 1))).toMatchObject({ seq: 2, read_seq: 1 })
  tickets.reset()
  expect([...tickets.values()]).toEqual([])
  expect(tickets.take(ticket('b', 2, 1))).toMatchObject({ seq: 2, read_seq: 1 })
})

test('the least recently updated tickets are dropped, the open one is not', () => {
  const { tickets } = collection(3)
  tickets.setOpen('a')
  for (const id of ['a', 'b', 'c', 'b', 'd', 'e']) tickets.take(ticket(id, 1, 1))
  expect([...tickets.values()].map(({ id }) => id)).toEqual(['a', 'd', 'e'])
})

test('every change is counted', () => {
  const { tickets } = collection()
  const before = tickets.version.value
  tickets.take(ticket('a', 1, 1))
  expect(tickets.version.value).toBeGreaterThan(before)
})
