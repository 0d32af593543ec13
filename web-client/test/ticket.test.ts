// Tests of the open ticket's errors: each error is removed by whatever resolves it, and by nothing else.

import { signal } from '@preact/signals'
import { expect, test, vi } from 'vitest'
import type { Client } from '../src/client/client.ts'
import { createOpenedTickets } from '../src/client/opened.ts'
import { openTicket } from '../src/client/ticket.ts'
import { insisting, taken } from '../src/apps/console/taken.ts'
import '../src/locales/team.ts'
import type { SessionState } from '../src/connection/session.ts'
import type { TicketSink } from '../src/connection/subscriptions.ts'
import type { AgentRef } from '../src/protocol/generated.ts'
import type { Problem } from '../src/protocol/model.ts'
import { messageEvent, staffTicket, subscribed, TICKET } from './help/sample.ts'

const problem = (code: Problem['code']): Problem => ({ status: 0, code, title: '', retry_after_ms: null, head: null })
const OTHER = '01a20000-0000-7000-8000-00000000000b'
const settled = async () => { for (let n = 0; n < 5; n++) await new Promise((done) => setImmediate(done)) }

/** Sets the client's connection to live, or to off. */
function live({ connection }: Pick<Client, 'connection'>, on: boolean): void {
  const state: object = { kind: on ? 'live' : 'off', limits: {} }
  Reflect.set(connection, 'value', state)
}

/** Simulates the parts of a desk that an open ticket needs, and opens a ticket. */
async function opened() {
  const answers = { older: 'unreachable' as 'ok' | 'unreachable' | 'forbidden', change: 'conflict' as 'ok' | 'conflict' | 'unreachable', taken: null as AgentRef | null }
  const changes: object[] = []
  let asked = 0
  const sinks: TicketSink[] = []
  let again = 0
  const ticket = { ...staffTicket, id: TICKET, seq: 9 }
  const client: { ticket: typeof ticket | null } = { ticket }
  const told: object[] = []
  const parts = {
    identity: { id: 'agent', name: 'Grace', role: 'support_agent' },
    connection: signal<SessionState>({ kind: 'off' }),
    rest: {
      ticket: () => Promise.resolve(++asked && client.ticket === null ? { ok: false, problem: problem('not_found') } : { ok: true, value: client.ticket }),
      activity: () => Promise.resolve(answers.older === 'ok' ? { ok: true, value: { events: [], more_before: false } } : { ok: false, problem: problem(answers.older) }),
      changeTicket: (_id: string, patch: object) => changes.push(patch) && answers.taken !== null ? Promise.resolve({ ok: false, problem: { ...problem('conflict'), assigned_to: answers.taken } }) : Promise.resolve(answers.change === 'ok' ? { ok: true, value: ticket } : { ok: false, problem: problem(answers.change) }),
    },
    opened: createOpenedTickets(),
    outbox: { of: () => [], entries: () => [], held: () => null, onChange: () => () => {} },
    session: {
      tell: (frame: object) => { told.push(frame); return true },
      subscribe: (_id: string, sink: TicketSink) => { sinks.push(sink); return { again: () => { again++ }, dispose() {} } },
    },
  }
  const isDesk = (_value: unknown): _value is Client => true
  if (!isDesk(parts)) throw new Error('enough of a desk')
  const store = openTicket(parts, 'TKT-000001', { ticket() {}, event() {} })
  await settled()
  const sink = sinks[0]
  if (sink === undefined) throw new Error('listening')
  const reopened = async () => {
    let openings = 0
    const store = openTicket(parts, 'TKT-000001', { ticket() {}, event() {}, opened() { openings++ } })
    const atOnce = store.opening.value.kind
    await settled()
    return { store, atOnce, sink: sinks.at(-1), openings: () => openings }
  }
  const page = () => sink.page(subscribed({ events: [messageEvent(9)], head: 9 }))
  page()
  return { store, sink, client, page, answers, changes, told, reopened, parts, again: () => again, asked: () => asked }
}

test('a failure to load history without a connection is cleared when the connection is back', async () => {
  const { store, page } = await opened()
  await store.loadOlder(true)
  expect(store.fault.value?.problem.code).toBe('unreachable')
  page()
  expect(store.fault.value).toBeNull()
})

test('a refused subscription is cleared by the next one, and can be requested again', async () => {
  const { store, sink, page, again } = await opened()
  sink.refused('forbidden')
  expect(store.fault.value?.problem.code).toBe('forbidden')
  store.fault.value?.retry()
  expect(again()).toBe(1)
  page()
  expect(store.fault.value).toBeNull()
})

test('a refused change stays until it succeeds or is dismissed, whatever else succeeds', async () => {
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

test('a ticket that no longer exists leaves the screen, and the one that now has its number replaces it', async () => {
  const { store, sink, client } = await opened()
  client.ticket = { ...staffTicket, id: OTHER, seq: 3 }
  sink.refused('not_found')
  expect(store.opening.value.kind).toBe('loading')
  expect(store.timeline.value.events).toEqual([])
  await settled()
  expect(store.opening.value).toMatchObject({ kind: 'open', ticket: { id: OTHER, seq: 3 } })
  client.ticket = null
  sink.refused('not_found')
  await settled()
  expect(store.opening.value).toMatchObject({ kind: 'failed', problem: { code: 'not_found' } })
})

test("leaving a half-written note ends its typing as a note's: customers hear nothing", async () => {
  const { store, told } = await opened()
  store.wrote(true, true)
  store.dispose()
  const typing = told.filter((frame) => 'type' in frame && frame.type === 'typing')
  expect(typing).toEqual([{ type: 'typing', ticket: TICKET, on: true, internal: true }, { type: 'typing', ticket: TICKET, on: false, internal: true }])
})

test('a restored database resets the facts, and the earlier read position does not apply to its history', async () => {
  const { store, sink, client, told } = await opened()
  const read = () => told.filter((frame) => 'type' in frame && frame.type === 'read')
  store.sawEnd()
  client.ticket = { ...staffTicket, id: TICKET, seq: 4, status: 'in_progress' }
  sink.page(subscribed({ events: [messageEvent(4)], head: 4, epoch: 'e2', reset: true }))
  await new Promise((done) => setTimeout(done, 350))
  await settled()
  expect(store.opening.value).toMatchObject({ kind: 'open', ticket: { seq: 4, status: 'in_progress' } })
  expect(read(), 'number 9 is another one now').toEqual([])
  sink.frame({ type: 'event', event: messageEvent(5) })
  expect(store.opening.value).toMatchObject({ ticket: { seq: 5 } })
})

test('a ticket that is opened again is shown at once, and continues from there', async () => {
  const { store, reopened } = await opened()
  store.dispose()
  const { store: again, atOnce, sink } = await reopened()
  expect(atOnce).toBe('open')
  expect(again.timeline.value.events.map((event) => event.seq)).toEqual([9])
  expect(sink?.resume()).toEqual({ after: 9, epoch: 'e1' })
})

test('a ticket that is opened again is reported as opened, once', async () => {
  const { store, reopened } = await opened()
  store.dispose()
  const { store: again, openings } = await reopened()
  expect(openings()).toBe(1)
  again.reload()
  await settled()
  expect(openings()).toBe(1)
})

test('a ticket that no longer exists is not shown again', async () => {
  const { store, sink, client, reopened } = await opened()
  client.ticket = null
  sink.refused('not_found')
  await settled()
  store.dispose()
  expect((await reopened()).atOnce).toBe('loading')
})

test("a customer who was renamed gets the new name, which no event contains: it is loaded once, when they write", async () => {
  const { store, sink, client } = await opened()
  let asked = 0
  const renamed = { ...staffTicket, id: TICKET, seq: 12, customer_name: 'Ada King' }
  Object.defineProperty(client, 'ticket', { get: () => { asked++; return renamed } })
  const from = (seq: number, name: string) => sink.frame({ type: 'event', event: messageEvent(seq, { actor: { id: 'ada', type: 'customer', name } }) })
  from(10, 'Ada King')
  from(11, 'Ada King')
  await vi.waitFor(() => expect(store.opening.value).toMatchObject({ ticket: { customer_name: 'Ada King' } }))
  from(12, 'Ada King')
  await settled()
  // The simulated server reads its `ticket` property twice for each load, so two reads mean one load.
  expect(asked).toBe(2)
})

test('a ticket that could not be loaded without a connection is loaded when there is one, even if an earlier failure arrives later', async () => {
  const { parts, client } = await opened()
  const ticket = client.ticket
  if (ticket === null) throw new Error('there is one')
  const answers: ((answer: object) => void)[] = []
  const slow: Client = { ...parts, rest: { ...parts.rest, ticket: () => new Promise((answer) => { answers.push((one) => answer(one as never)) }) } }
  const failed = { ok: false, problem: problem('unreachable') }
  const store = openTicket(slow, 'TKT-000002', { ticket() {}, event() {} })
  answers.shift()?.(failed)
  await settled()
  expect(store.opening.value).toMatchObject({ kind: 'failed', problem: { code: 'unreachable' } })
  const goesLive = () => {
    live(parts, false)
    live(parts, true)
  }
  goesLive()
  // The connection is lost and restored again while the second request is running. The failure of that request must not be shown.
  goesLive()
  answers.shift()?.(failed)
  await settled()
  answers.shift()?.({ ok: true, value: { ...ticket, id: OTHER } })
  await settled()
  expect(store.opening.value).toMatchObject({ kind: 'open', ticket: { id: OTHER } })
  goesLive()
  await settled()
  expect(answers, 'it follows the history from here on').toHaveLength(0)
  store.dispose()
})

test('a ticket that a colleague has just taken is shown as theirs, and taken over by insisting', async () => {
  const { store, answers, changes, asked } = await opened()
  answers.taken = { id: 'grace', name: 'Grace' }
  const before = asked()
  expect(await store.change({ assigned_to: 'me', if_assigned_to: 'nobody' }, insisting)).toBe(false)
  const fault = store.fault.value
  if (fault === null) throw new Error('the agent is told')
  expect(taken(fault)).toEqual({ sentence: 'Grace took it a moment before you.', retry: 'Take over' })
  await vi.waitFor(() => expect(asked()).toBeGreaterThan(before))
  answers.taken = null
  answers.change = 'ok'
  fault.retry()
  await settled()
  expect(changes).toEqual([{ assigned_to: 'me', if_assigned_to: 'nobody' }, { assigned_to: 'me', if_assigned_to: 'grace' }])
  expect(store.fault.value).toBeNull()
})

test('an assignment to another person, or of a ticket that was unassigned, reports that', () => {
  const patch = { assigned_to: 'alan', if_assigned_to: 'nobody' }
  const refused = (assigned_to: AgentRef | null) => taken({ patch, problem: { ...problem('conflict'), assigned_to } })
  expect(refused({ id: 'grace', name: 'Grace' })).toEqual({ sentence: 'It has been assigned to Grace in the meantime.', retry: 'Assign anyway' })
  expect(refused(null)?.sentence).toBe('It has been unassigned in the meantime.')
  expect(taken({ patch: { status: 'open' }, problem: problem('conflict') })).toBeUndefined()
})
