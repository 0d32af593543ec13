// Tests of a customer's unread tickets, which must be counted whichever part of the list is shown.

import { effect, signal } from '@preact/signals'
import { expect, test } from 'vitest'
import { createCustomerTickets, type TicketsClient } from '../src/client/customer-tickets.ts'
import type { SessionState } from '../src/connection/session.ts'
import type { TicketSink } from '../src/connection/subscriptions.ts'
import { LIMITS } from '../src/protocol/generated.ts'
import type { CustomerView } from '../src/protocol/model.ts'
import { isOver } from '../src/protocol/words.ts'
import { messageEvent } from './help/sample.ts'
import { manualClock } from './help/ticket-server.ts'
import { testPage } from './help/page.ts'


const ticket = (id: string, more: Partial<CustomerView> = {}): CustomerView => ({
  side: 'customer', id, ticket_number: `TKT-${id}`, subject: id, category: 'general', priority: 'medium', status: 'open', assignee_name: null, rating: null,
  created_at: '2026-01-01T00:00:00Z', resolved_at: null, closed_at: null, archived_at: null, last_activity_at: '2026-01-01T00:00:00Z', seq: 1, read_seq: 1, last_message: null, waiting_since: null, ...more,
})
const settled = async () => { for (let n = 0; n < 10; n++) await new Promise((done) => setImmediate(done)) }

function client(ring: () => void = () => {}, unread = 0) {
  const clock = manualClock()
  const rows = new Map([ticket('a'), ticket('c', { status: 'closed' })].map((one) => [one.id, one]))
  const sinks = new Map<string, TicketSink>()
  const asked: unknown[] = []
  const counted = { unread }
  const live: SessionState = { kind: 'live', user: { id: 'ada', name: null, email: null }, role: null, limits: LIMITS, features: [] }
  const connection = signal<SessionState>(live)
  const parts: TicketsClient = {
    connection,
    rest: {
      ownTickets(query) {
        asked.push(query)
        const items = [...rows.values()].filter((one) => isOver(one.status) === (query.tab === 'closed'))
        return Promise.resolve({ ok: true, value: { items, next_cursor: null } })
      },
      ownUnread: () => { const tickets = counted.unread; return Promise.resolve({ ok: true, value: { tickets, messages: tickets } }) },
      ticket: (id) => Promise.resolve({ ok: true, value: rows.get(id) ?? ticket(id) }),
    },
    session: { subscribe: (id, sink) => { sinks.set(id, sink); return { again() {}, dispose: () => sinks.delete(id) } } },
  }
  const answer = (id: string) => {
    const before = rows.get(id) ?? ticket(id)
    rows.set(id, { ...before, seq: before.seq + 1 })
    sinks.get(id)?.frame({ type: 'event', event: messageEvent(before.seq + 1, { ticket: id }) })
  }
  return { counted, own: createCustomerTickets(parts, ring, clock, testPage().page), clock, rows, sinks, asked, answer, connection, live }
}

test('an answer on an active ticket counts while closed ones are shown', async () => {
  const { own, clock, answer } = client()
  await settled()
  own.pick('closed')
  await settled()
  answer('a')
  clock.pass(200)
  await settled()
  expect(own.shown.value.map((one) => one.id)).toEqual(['c'])
  expect(own.unread.value).toBe(1)
})

test('answers on active tickets during a lost connection count, too', async () => {
  const { own, rows, connection, live } = client()
  await settled()
  own.pick('closed')
  await settled()
  connection.value = { kind: 'off' }
  rows.set('b', ticket('b', { seq: 5 }))
  connection.value = live
  await settled()
  expect(own.unread.value).toBe(1)
})

test('a bell that throws loses no row', async () => {
  const { own, clock, answer } = client(() => { throw new TypeError('Illegal constructor') })
  await settled()
  expect(() => answer('a')).toThrow('Illegal constructor')
  clock.pass(200)
  await settled()
  expect(own.shown.value[0]?.seq).toBe(2)
})

test('a search of two letters is neither sent nor refused', async () => {
  const { own, clock, asked } = client()
  await settled()
  own.find('ab')
  clock.pass(1_000)
  await settled()
  expect(asked.some((query) => typeof query === 'object' && query !== null && 'search' in query)).toBe(false)
  expect(own.shown.value.map((one) => one.id)).toEqual(['a'])
})

test('a ticket that ended unread stays among the active ones until it is read and left', async () => {
  const { own, clock, rows, answer } = client()
  await settled()
  rows.set('a', ticket('a', { status: 'resolved' }))
  answer('a')
  clock.pass(200)
  await settled()
  expect(own.shown.value.map((one) => one.id), 'answered and resolved').toEqual(['a'])
  expect(own.unread.value).toBe(1)
  own.setOpen('a')
  expect(own.unread.value).toBe(0)
  expect(own.shown.value.map((one) => one.id), 'while it is open').toEqual(['a'])
  own.setOpen(null)
  expect(own.shown.value).toEqual([])
})

test('the number of unread tickets is known once the server has reported it', async () => {
  const { own, counted } = client(() => {}, 3)
  expect(own.counted.value).toBe(false)
  const told: number[] = []
  const stop = effect(() => { if (own.counted.value) told.push(own.unread.value) })
  await settled()
  stop()
  expect(told).toEqual([counted.unread])
})

test('unread tickets beyond the first pages count, and ended ones are loaded', async () => {
  const parts = client(() => {}, 3)
  parts.rows.set('e', ticket('e', { status: 'closed', seq: 4, read_seq: 2 }))
  await settled()
  expect(parts.own.unread.value).toBe(3)
  expect(parts.own.shown.value.map((one) => one.id)).toEqual(['e', 'a'])
  parts.own.setOpen('e')
  expect(parts.own.unread.value, 'one of three was read').toBe(2)
})

test('a search covers all tickets, and selecting a tab ends it', async () => {
  const { own, clock, asked } = client()
  await settled()
  asked.length = 0
  own.find('printer')
  clock.pass(1_000)
  await settled()
  expect(asked).toContainEqual(expect.objectContaining({ search: 'printer' }))
  expect(asked).not.toContainEqual(expect.objectContaining({ search: 'printer', tab: expect.anything() }))
  own.pick('active')
  await settled()
  expect(own.search.value).toBe('')
  expect(own.shown.value.map((one) => one.id)).toEqual(['a'])
})

test('a ticket that its customer reads in another tab is read here, too; reads by others do not count', async () => {
  const { own, clock, rows, sinks, answer } = client()
  await settled()
  answer('a')
  clock.pass(200)
  await settled()
  expect(own.unread.value).toBe(1)
  rows.set('a', ticket('a', { seq: 2, read_seq: 2 }))
  sinks.get('a')?.frame({ type: 'read', ticket: 'a', person: { id: 'grace', type: 'admin', name: null }, seq: 2 })
  clock.pass(200)
  await settled()
  expect(own.unread.value).toBe(1)
  sinks.get('a')?.frame({ type: 'read', ticket: 'a', person: { id: 'ada', type: 'customer', name: null }, seq: 2 })
  clock.pass(200)
  await settled()
  expect(own.unread.value).toBe(0)
  expect(own.shown.value[0]?.read_seq).toBe(2)
})

test('a ticket read elsewhere without a subscription is read here at the next count', async () => {
  const parts = client(() => {}, 1)
  parts.rows.set('e', ticket('e', { status: 'closed', seq: 4, read_seq: 2 }))
  await settled()
  expect(parts.own.unread.value).toBe(1)
  parts.rows.set('e', ticket('e', { status: 'closed', seq: 4, read_seq: 4 }))
  parts.counted.unread = 0
  parts.connection.value = { kind: 'off' }
  parts.connection.value = parts.live
  await settled()
  parts.clock.pass(200)
  await settled()
  expect(parts.own.unread.value).toBe(0)
  expect(parts.own.shown.value.map((one) => one.id)).toEqual(['a'])
})

test('an archived ticket does not count as unread, as on the server', async () => {
  const { own, clock, rows, answer } = client()
  await settled()
  answer('a')
  clock.pass(200)
  await settled()
  expect(own.unread.value).toBe(1)
  own.take(ticket('a', { seq: 3, archived_at: '2026-01-02T00:00:00Z' }))
  rows.delete('a')
  expect(own.unread.value).toBe(0)
})

test('each ticket is in one tab: ended unread ones among the active, with their mark, until they are read', async () => {
  const { own, rows, clock } = client(() => {}, 2)
  for (const [id, status] of [['r', 'resolved'], ['d', 'closed']] as const) rows.set(id, ticket(id, { status, seq: 3 }))
  const tabs = async () => {
    const found: Record<string, readonly string[]> = {}
    for (const tab of ['closed', 'active'] as const) {
      own.pick(tab)
      clock.pass(200)
      await settled()
      found[tab] = own.shown.value.map((one) => one.id).toSorted()
    }
    return found
  }
  await settled()
  expect(await tabs()).toEqual({ active: ['a', 'd', 'r'], closed: ['c'] })
  expect(own.shown.value.filter((one) => one.seq > one.read_seq).map((one) => one.id).toSorted()).toEqual(['d', 'r'])
  own.setOpen('r')
  clock.pass(200)
  await settled()
  expect(await tabs(), 'opened there, it stays there').toEqual({ active: ['a', 'd', 'r'], closed: ['c'] })
  own.setOpen(null)
  expect(await tabs()).toEqual({ active: ['a', 'd'], closed: ['c', 'r'] })
  own.pick('closed')
  await settled()
  own.setOpen('r')
  expect(own.shown.value.map((one) => one.id).toSorted(), 'it does not go from under the hand').toEqual(['c', 'r'])
  expect(await tabs()).toEqual({ active: ['a', 'd'], closed: ['c', 'r'] })
})
