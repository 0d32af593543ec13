// A customer's news, whatever part of their list they look at.

import { signal } from '@preact/signals'
import { expect, test } from 'vitest'
import { createOwnTickets, type OwnDesk } from '../src/app/own-tickets.ts'
import type { SessionState } from '../src/connection/session.ts'
import type { TicketSink } from '../src/connection/subscriptions.ts'
import { LIMITS } from '../src/protocol/generated.ts'
import type { CustomerView } from '../src/protocol/model.ts'
import { messageEvent } from './help/sample.ts'
import { manualClock } from './help/ticket-server.ts'

Reflect.set(globalThis, 'document', { visibilityState: 'visible', hasFocus: () => true })
if (typeof globalThis.addEventListener !== 'function') Object.assign(globalThis, { addEventListener() {}, removeEventListener() {} })

const ticket = (id: string, more: Partial<CustomerView> = {}): CustomerView => ({
  side: 'customer', id, ticket_number: `TKT-${id}`, subject: id, category: 'general', priority: 'medium', status: 'open', assignee_name: null, rating: null,
  created_at: '2026-01-01T00:00:00Z', resolved_at: null, closed_at: null, archived_at: null, last_activity_at: '2026-01-01T00:00:00Z', seq: 1, read_seq: 1, last_message: null, waiting_since: null, ...more,
})
const settled = async () => { for (let n = 0; n < 10; n++) await new Promise((done) => setImmediate(done)) }

function desk(ring: () => void = () => {}) {
  const clock = manualClock()
  const rows = new Map([ticket('a'), ticket('c', { status: 'closed' })].map((one) => [one.id, one]))
  const sinks = new Map<string, TicketSink>()
  const asked: unknown[] = []
  const live: SessionState = { kind: 'live', user: { id: 'ada', name: null, email: null }, role: null, limits: LIMITS, features: [] }
  const connection = signal<SessionState>(live)
  const parts: OwnDesk = {
    connection,
    rest: {
      ownTickets(query) {
        asked.push(query)
        const items = [...rows.values()].filter((one) => (one.status === 'closed') === (query.tab === 'closed'))
        return Promise.resolve({ ok: true, value: { items, next_cursor: null } })
      },
      ticket: (id) => Promise.resolve({ ok: true, value: rows.get(id) ?? ticket(id) }),
    },
    session: { subscribe: (id, sink) => { sinks.set(id, sink); return { again() {}, dispose: () => sinks.delete(id) } } },
  }
  const answer = (id: string) => {
    const before = rows.get(id) ?? ticket(id)
    rows.set(id, { ...before, seq: before.seq + 1 })
    sinks.get(id)?.frame({ type: 'event', event: messageEvent(before.seq + 1, { ticket: id }) })
  }
  return { own: createOwnTickets(parts, ring, clock), clock, rows, sinks, asked, answer, connection, live }
}

test('an answer on an active ticket counts while the closed ones are shown', async () => {
  const { own, clock, answer } = desk()
  await settled()
  own.pick('closed')
  await settled()
  answer('a')
  clock.pass(200)
  await settled()
  expect(own.shown.value.map((one) => one.id)).toEqual(['c'])
  expect(own.unread.value).toBe(1)
})

test('what came on active tickets while there was no connection counts as well', async () => {
  const { own, rows, connection, live } = desk()
  await settled()
  own.pick('closed')
  await settled()
  connection.value = { kind: 'off' }
  rows.set('b', ticket('b', { seq: 5 }))
  connection.value = live
  await settled()
  expect(own.unread.value).toBe(1)
})

test('a bell that breaks loses no row', async () => {
  const { own, clock, answer } = desk(() => { throw new TypeError('Illegal constructor') })
  await settled()
  expect(() => answer('a')).toThrow('Illegal constructor')
  clock.pass(200)
  await settled()
  expect(own.shown.value[0]?.seq).toBe(2)
})

test('a search of two letters is no query, and no refusal', async () => {
  const { own, clock, asked } = desk()
  await settled()
  own.find('ab')
  clock.pass(1_000)
  await settled()
  expect(asked.some((query) => typeof query === 'object' && query !== null && 'search' in query)).toBe(false)
  expect(own.shown.value.map((one) => one.id)).toEqual(['a'])
})
