// Tests of alerts for the whole team. Each agent gets each alert once, and none for their own changes, whether the server's pushes arrive
// or are lost.

import { signal } from '@preact/signals'
import { expect, test } from 'vitest'
import { createAlerts } from '../src/client/alerts.ts'
import { createBell } from '../src/client/notifications.ts'
import { ALERTS, type Alert } from '../src/client/habits.ts'
import type { Kind } from '../src/protocol/generated.ts'
import type { StaffView } from '../src/protocol/model.ts'
import { messageEvent, staffTicket } from './help/sample.ts'
import { manualClock } from './help/ticket-server.ts'

const settled = () => new Promise<void>((done) => { setImmediate(done) })
const ticket = (n: number, more: Partial<StaffView> = {}): StaffView => ({ ...staffTicket, id: `t${n}`, status: 'open', priority: 'medium', archived_at: null, assigned_to: null, created_at: new Date(1_800_000_000_000 + n * 1_000).toISOString(), ...more })

const down = { ok: false as const, problem: { status: 503, code: 'unavailable' as const, title: '', retry_after_ms: null, head: null } }

async function watching(there: readonly StaffView[] = [], wanted: readonly Alert[] = ALERTS) {
  const rung: string[] = []
  const state = { there, isDown: false, by: 'somebody', onScreen: '', kind: 'priority_changed' as Kind, at: new Date(1_900_000_000_000).toISOString() }
  let asked = 0
  const sinks: { frame: (frame: { tickets: readonly StaffView[]; moved: readonly []; stats: null; type: 'inbox' }) => void; began: () => void }[] = []
  const time = manualClock()
  const alerts = createAlerts({
    identity: { id: 'me' },
    session: { inbox: (sink) => { sinks.push({ frame: sink.frame, began: sink.began }); return () => {} } },
    rest: { activity: () => Promise.resolve(state.isDown ? down : { ok: true, value: { epoch: 'e', head: 1, more_before: false, events: [{ ...messageEvent(1), kind: state.kind, at: state.at, actor: { id: state.by, type: 'admin', name: null } }] } }) },
    team: { allTickets: (query) => { asked++; return Promise.resolve(state.isDown
      ? down
      : { ok: true, value: { items: state.there.filter((one) => query.priority === undefined || one.priority === query.priority).toReversed(), next_cursor: null } }) } },
    wanted: signal(wanted),
    ring: (news) => rung.push(`${news.kind} ${news.ticket}`),
    isOnScreen: (id) => id === state.onScreen,
    time,
  })
  const began = async () => { for (const sink of sinks) sink.began(); await settled() }
  const push = async (...tickets: readonly StaffView[]) => { for (const sink of sinks) sink.frame({ type: 'inbox', tickets, moved: [], stats: null }); await settled() }
  return { alerts, rung, state, began, push, time, asked: () => asked }
}

test('a new unassigned ticket raises one alert; older tickets and assigned ones raise none', async () => {
  const { alerts, rung, began, push } = await watching([ticket(1), ticket(2)])
  await began()
  await push(ticket(1, { seq: 9 }), ticket(3), ticket(4, { assigned_to: { id: 'x', name: null } }))
  await push(ticket(3, { seq: 9 }))
  expect(rung).toEqual(['unassigned t3'])
  expect([...alerts.fresh.value]).toEqual(['t3'])
  await push(ticket(3, { seq: 10, assigned_to: { id: 'x', name: null } }))
  expect(alerts.fresh.value.size, 'somebody has it').toBe(0)
})

test('a ticket that becomes urgent raises an alert each time, unless the person changed it themselves', async () => {
  const { rung, began, push, state } = await watching([ticket(1), ticket(2, { priority: 'urgent' })])
  await began()
  await push(ticket(2, { priority: 'urgent', seq: 9 }), ticket(1, { priority: 'urgent' }))
  await push(ticket(1, { priority: 'urgent', seq: 9 }))
  expect(rung).toEqual(['urgent t1'])
  await push(ticket(1, { priority: 'low' }))
  state.by = 'me'
  await push(ticket(1, { priority: 'urgent' }))
  expect(rung).toEqual(['urgent t1'])
})

test('changes from a time without pushes raise alerts on return; a failed first load is repeated', async () => {
  const { rung, began, state, time } = await watching([ticket(1)])
  state.isDown = true
  await began()
  state.isDown = false
  time.pass(3_000)
  await settled()
  state.there = [ticket(1), ticket(2), ticket(3, { priority: 'urgent' })]
  await began()
  expect(rung).toEqual(['unassigned t2', 'urgent t3'])
})

test('an urgent ticket that a colleague takes loses its alert', async () => {
  const { alerts, began, push } = await watching([ticket(1, { assigned_to: { id: 'x', name: null } }), ticket(2)])
  await began()
  await push(ticket(1, { priority: 'urgent', assigned_to: { id: 'x', name: null } }), ticket(2, { priority: 'urgent' }))
  expect([...alerts.fresh.value]).toEqual(['t1', 't2'])
  await push(ticket(1, { priority: 'urgent', seq: 9, assigned_to: { id: 'x', name: null } }), ticket(2, { priority: 'urgent', assigned_to: { id: 'x', name: null } }))
  expect([...alerts.fresh.value], 'one had its assignee').toEqual(['t1'])
  await push(ticket(1, { priority: 'urgent', assigned_to: { id: 'y', name: null } }))
  expect(alerts.fresh.value.size).toBe(0)
})

test('a ticket that has been urgent for long raises no alert, even if the list missed it; a failed check is repeated', async () => {
  const { rung, state, began, push } = await watching([ticket(1)])
  await began()
  state.kind = 'message_added'
  await push(ticket(2, { created_at: '2020-01-01T00:00:00Z', priority: 'urgent' }))
  state.kind = 'priority_changed'
  state.at = '2020-01-02T00:00:00Z'
  await push(ticket(3, { created_at: '2020-01-01T00:00:00Z', priority: 'urgent' }))
  expect(rung).toEqual([])
  state.at = new Date(1_900_000_000_000).toISOString()
  state.isDown = true
  await push(ticket(1, { priority: 'urgent' }))
  expect(rung).toEqual([])
  state.isDown = false
  await push(ticket(1, { priority: 'urgent', seq: 9 }))
  expect(rung).toEqual(['urgent t1'])
})

test('a ticket that stopped being urgent while nothing was pushed raises an alert when it is urgent again', async () => {
  const { alerts, rung, state, began, push } = await watching([ticket(1, { created_at: '2020-01-01T00:00:00Z' })])
  await began()
  await push(ticket(1, { created_at: '2020-01-01T00:00:00Z', priority: 'urgent' }))
  state.there = []
  await began()
  expect(alerts.fresh.value.size).toBe(0)
  await push(ticket(1, { created_at: '2020-01-01T00:00:00Z', priority: 'urgent' }))
  expect(rung).toEqual(['urgent t1', 'urgent t1'])
})

test('nothing rings and no request is sent after the person has left', async () => {
  const { alerts, rung, state, began, push, time, asked } = await watching([ticket(1)])
  await began()
  const pushed = push(ticket(1, { priority: 'urgent' }))
  alerts.dispose()
  await pushed
  expect(rung).toEqual([])
  state.isDown = true
  const late = await watching([ticket(1)])
  late.state.isDown = true
  const begun = late.began()
  late.alerts.dispose()
  await begun
  late.time.pass(10_000)
  await settled()
  expect(late.asked()).toBe(2)
  expect(time.next()).toBeNull()
  expect(asked()).toBe(2)
})

test('each person chooses their alerts; the ticket in front of them does not ring', async () => {
  const one = await watching([], ['urgent'])
  await one.began()
  await one.push(ticket(1))
  expect(one.rung).toEqual([])
  const two = await watching()
  await two.began()
  two.state.onScreen = 't1'
  await two.push(ticket(1))
  expect(two.rung).toEqual([])
  expect(two.alerts.fresh.value.size).toBe(0)
})

test('team-wide alerts also ring for a person looking at another ticket, if they want that, and in one tab only', () => {
  const time = manualClock()
  const chimes: number[] = []
  const preferences = { sound: signal(true), notify: signal(false) }
  const posts: unknown[] = []
  const make = (isAlways: boolean) => createBell({ preferences, open() {}, tabs: { post: (one) => posts.push(one), onMessage() {}, close() {} }, time, isLookedAt: () => true, isOnScreen: (id) => id === 'open', isAlways: () => isAlways, chime: () => chimes.push(time.now()) })
  const news = { ticket: 't1', number: 'TKT-000001', subject: 'Printer', kind: 'unassigned' as const }
  make(true).ring({ ...news, ticket: 'open' })
  make(false).ring(news)
  expect(chimes).toHaveLength(0)
  make(true).ring(news)
  expect(chimes).toHaveLength(1)
  expect(posts.at(-1)).toEqual({ ticket: 't1', rung: true })
})
