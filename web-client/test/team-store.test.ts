// Tests of an agent's unread tickets, counted over all pages of their tickets, with responses and pushes in any order.

import { expect, test } from 'vitest'
import { createTeamStore, type TeamOf, type TeamOfRest } from '../src/client/team-store.ts'
import { staffTicket } from './help/sample.ts'
import { manualClock, ME, ticketServer } from './help/ticket-server.ts'
import type { StaffView } from '../src/protocol/model.ts'
import type { TicketQuery } from '../src/rest/client.ts'

const settled = () => new Promise<void>((done) => { setImmediate(done) })
const ticket = (n: number, more: Partial<StaffView> = {}): StaffView => ({ ...staffTicket, id: `t${n}`, status: 'open', archived_at: null, assigned_to: { id: ME, name: 'Grace' }, seq: 5, read_seq: 5, ...more })

function start(tickets: () => readonly StaffView[]) {
  const clock = manualClock()
  const server = ticketServer(() => 0.5)
  const rung: string[] = []
  const counting: ((all: number) => Promise<void>)[] = []
  const page = ({ cursor = '0', limit = 25 }: TicketQuery) => {
    const items = tickets().slice(Number(cursor), Number(cursor) + limit)
    const next = Number(cursor) + items.length
    return { items, next_cursor: next < tickets().length ? String(next) : null }
  }
  const client: TeamOf = { ...server.client, rest: { activity: () => Promise.resolve({ ok: true, value: { epoch: 'e', head: 1, events: [], more_before: false } }) } }
  const nothing = { ok: false, problem: { status: 503, code: 'unavailable', title: '', retry_after_ms: null, head: null } } as const
  const team: TeamOfRest = {
    allTickets: (query) => server.ask(() => page(query)),
    counts: () => new Promise((resolve) => { counting.push(async (all) => { resolve({ ok: true, value: { mine: 0, unassigned: 0, needs_answer: 0, all, urgent: 0, resolved: 0, closed: 0 } }); await settled() }) }),
    stats: () => Promise.resolve(nothing),
    agents: () => Promise.resolve(nothing),
    replies: () => Promise.resolve(nothing),
  }
  const context = createTeamStore(client, team, (news) => rung.push(news.ticket), () => {}, clock)
  const read = async () => {
    for (let n = 0; n < 20; n++) {
      server.read()
      server.answer()
      await settled()
    }
  }
  return { context, clock, server, read, rung, counting }
}

test('unread tickets are counted on every page of an agent’s own, and no longer once they left during a lost connection', async () => {
  let own = Array.from({ length: 250 }, (_, n) => ticket(n, n % 50 === 49 ? { seq: 6 } : {}))
  const { context, server, read } = start(() => own)
  server.connect()
  server.watch()
  await read()
  expect(context.unread.value).toBe(5)
  server.cut()
  own = own.filter((one) => one.id !== 't249' && one.id !== 't49')
  server.connect()
  server.watch()
  await read()
  expect(context.unread.value).toBe(3)
})

test('a ticket that was passed on stays so, although an outdated answer arrives later', async () => {
  const own = [ticket(1, { seq: 6 })]
  const { context, clock, server, read } = start(() => own)
  server.connect()
  server.watch()
  await read()
  expect(context.unread.value).toBe(1)
  own[0] = ticket(1, { seq: 7 })
  server.say({ type: 'inbox', tickets: [ticket(1, { seq: 7, read_seq: 0 })], moved: [], stats: null })
  clock.pass(400)
  server.read()
  server.say({ type: 'inbox', tickets: [ticket(1, { seq: 8, read_seq: 0, assigned_to: null })], moved: [], stats: null })
  server.answer()
  await settled()
  expect(context.unread.value).toBe(0)
})

test('a failed load is retried, and a successful one is not', async () => {
  const { context, clock, server, read, counting } = start(() => [ticket(1, { seq: 6 })])
  server.connect()
  server.watch()
  server.fail()
  await settled()
  expect(context.unread.value).toBe(0)
  clock.pass(6_000)
  await read()
  expect(context.unread.value).toBe(1)
  const asked = counting.length
  await counting[0]?.(3)
  clock.pass(60_000)
  expect(counting.length).toBe(asked)
  context.dispose()
})

test('of two running loads of the counts, the later one counts', async () => {
  const { context, clock, server, counting } = start(() => [])
  server.connect()
  server.watch()
  server.say({ type: 'inbox', tickets: [], moved: [], stats: null })
  clock.pass(1_500)
  await counting[1]?.(2)
  await counting[0]?.(1)
  expect(context.counts.value?.all).toBe(2)
})

test('a restored database takes back what was unread before', async () => {
  const own = [ticket(1, { seq: 9 })]
  const { context, server, read } = start(() => own)
  server.connect()
  server.watch()
  await read()
  expect(context.unread.value).toBe(1)
  server.cut()
  own[0] = ticket(1, { seq: 4, read_seq: 4 })
  server.connect()
  server.watch()
  await read()
  expect(context.unread.value).toBe(0)
})

test.each(['answered', 'refused'] as const)('once its person has left, nothing rings and no request is repeated: %s', async (what) => {
  const own = [ticket(1)]
  const { context, clock, server, read, rung } = start(() => own)
  server.connect()
  server.watch()
  await read()
  own[0] = ticket(1, { seq: 6 })
  server.say({ type: 'inbox', tickets: [ticket(1, { seq: 6, read_seq: 0 })], moved: [], stats: null })
  clock.pass(400)
  context.dispose()
  if (what === 'answered') await read()
  else server.fail()
  await settled()
  expect(rung).toEqual([])
  expect(clock.next(), 'no timer').toBeNull()
})
