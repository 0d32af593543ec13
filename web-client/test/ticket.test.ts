// The open ticket's faults: each is cleared by what clears it, and by nothing else.

import { signal } from '@preact/signals'
import { expect, test } from 'vitest'
import type { Desk } from '../src/app/desk.ts'
import { openTicket } from '../src/app/ticket.ts'
import type { SessionState } from '../src/connection/session.ts'
import type { TicketSink } from '../src/connection/subscriptions.ts'
import type { Problem } from '../src/protocol/model.ts'
import { messageEvent, staffTicket, subscribed, TICKET } from './help/sample.ts'

const problem = (code: Problem['code']): Problem => ({ status: 0, code, title: '', retry_after_ms: null, head: null })
const OTHER = '01a20000-0000-7000-8000-00000000000b'
const settled = async () => { for (let n = 0; n < 5; n++) await new Promise((done) => setImmediate(done)) }

/** A desk as far as a ticket needs one. */
async function opened() {
  const answers = { older: 'unreachable' as 'ok' | 'unreachable' | 'forbidden', change: 'conflict' as 'ok' | 'conflict' | 'unreachable' }
  const sinks: TicketSink[] = []
  let again = 0
  const ticket = { ...staffTicket, id: TICKET, seq: 9 }
  const desk: { ticket: typeof ticket | null } = { ticket }
  const told: object[] = []
  const parts = {
    identity: { id: 'agent', name: 'Grace', role: 'support_agent' },
    connection: signal<SessionState>({ kind: 'off' }),
    rest: {
      ticket: () => Promise.resolve(desk.ticket === null ? { ok: false, problem: problem('not_found') } : { ok: true, value: desk.ticket }),
      activity: () => Promise.resolve(answers.older === 'ok' ? { ok: true, value: { events: [], more_before: false } } : { ok: false, problem: problem(answers.older) }),
      changeTicket: () => Promise.resolve(answers.change === 'ok' ? { ok: true, value: ticket } : { ok: false, problem: problem(answers.change) }),
    },
    outbox: { of: () => [], entries: () => [], held: () => null, onChange: () => () => {} },
    session: {
      tell: (frame: object) => { told.push(frame); return true },
      subscribe: (_id: string, sink: TicketSink) => { sinks.push(sink); return { again: () => { again++ }, dispose() {} } },
    },
  }
  const isDesk = (_value: unknown): _value is Desk => true
  if (!isDesk(parts)) throw new Error('enough of a desk')
  const store = openTicket(parts, 'TKT-000001', { ticket() {}, event() {} })
  await settled()
  const sink = sinks[0]
  if (sink === undefined) throw new Error('listening')
  const page = () => sink.page(subscribed({ events: [messageEvent(9)], head: 9 }))
  page()
  return { store, sink, desk, page, answers, told, again: () => again }
}

test('history that could not be had for want of a connection is no fault any more when the connection is back', async () => {
  const { store, page } = await opened()
  await store.loadOlder(true)
  expect(store.fault.value?.problem.code).toBe('unreachable')
  page()
  expect(store.fault.value).toBeNull()
})

test('a refused subscription is cleared by the next one, and can be asked for again', async () => {
  const { store, sink, page, again } = await opened()
  sink.refused('forbidden')
  expect(store.fault.value?.problem.code).toBe('forbidden')
  store.fault.value?.retry()
  expect(again()).toBe(1)
  page()
  expect(store.fault.value).toBeNull()
})

test('a refused change stays until it succeeds or is put away, whatever else succeeds', async () => {
  const { store, page, answers } = await opened()
  expect(await store.change({ status: 'resolved' })).toBe(false)
  answers.older = 'ok'
  await store.loadOlder(true)
  page()
  expect(store.fault.value?.problem.code).toBe('conflict')
  answers.change = 'ok'
  store.fault.value?.retry()
  await settled()
  expect(store.fault.value).toBeNull()
  answers.change = 'unreachable'
  await store.change({ status: 'resolved' })
  page()
  expect(store.fault.value?.problem.code, 'the change is not made because the connection is back').toBe('unreachable')
  answers.change = 'conflict'
  await store.change({ status: 'resolved' })
  store.fault.value?.dismiss()
  expect(store.fault.value).toBeNull()
})

test('a ticket that is no more leaves the screen, and the one that bears its number by now takes its place', async () => {
  const { store, sink, desk } = await opened()
  desk.ticket = { ...staffTicket, id: OTHER, seq: 3 }
  sink.refused('not_found')
  expect(store.opening.value.kind).toBe('loading')
  expect(store.timeline.value.events).toEqual([])
  await settled()
  expect(store.opening.value).toMatchObject({ kind: 'open', ticket: { id: OTHER, seq: 3 } })
  desk.ticket = null
  sink.refused('not_found')
  await settled()
  expect(store.opening.value).toMatchObject({ kind: 'failed', problem: { code: 'not_found' } })
})

test("leaving a note half-written tells its end as a note's: customers are told nothing", async () => {
  const { store, told } = await opened()
  store.wrote(true, true)
  store.dispose()
  const typing = told.filter((frame) => 'type' in frame && frame.type === 'typing')
  expect(typing).toEqual([{ type: 'typing', ticket: TICKET, on: true, internal: true }, { type: 'typing', ticket: TICKET, on: false, internal: true }])
})
