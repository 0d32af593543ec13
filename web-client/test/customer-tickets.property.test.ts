// Property test of a customer's ticket list, with random paging, searches, tab changes and failures. Once all requests have finished, the
// list must equal the server's.

import { signal } from '@preact/signals'
import { expect, test } from 'vitest'
import { createCustomerTickets, type TicketsClient } from '../src/client/customer-tickets.ts'
import { isUnread } from '../src/client/unread.ts'
import type { SessionState } from '../src/connection/session.ts'
import type { TicketSink } from '../src/connection/subscriptions.ts'
import { LIMITS } from '../src/protocol/generated.ts'
import type { CustomerView, StaffView } from '../src/protocol/model.ts'
import { isOver } from '../src/protocol/words.ts'
import type { TicketQuery } from '../src/rest/client.ts'
import { below, seeded } from './help/random.ts'
import { messageEvent } from './help/sample.ts'
import { testPage } from './help/page.ts'
import { manualClock, ticketServer, WORDS } from './help/ticket-server.ts'

const arrived = () => new Promise<void>((done) => { setImmediate(done) })

function asCustomer({ id, ticket_number, subject, category, priority, status, rating, created_at, resolved_at, closed_at, archived_at, last_activity_at, seq, read_seq, last_message, waiting_since }: StaffView): CustomerView {
  return { side: 'customer', id, ticket_number, subject, category, priority, status, assignee_name: null, rating, created_at, resolved_at, closed_at, archived_at, last_activity_at, seq, read_seq, last_message, waiting_since }
}

const LONG_MS = 30_000

async function world(seed: number): Promise<void> {
  const random = seeded(seed)
  const clock = manualClock()
  const server = ticketServer(random)
  for (let n = 20 + below(random, 150); n > 0; n--) server.create()
  const sinks = new Map<string, TicketSink>()
  const live: SessionState = { kind: 'live', user: { id: 'ada', name: null, email: null }, role: null, limits: LIMITS, features: [] }
  const connection = signal<SessionState>({ kind: 'off' })
  const client: TicketsClient = {
    connection,
    rest: {
      ownTickets: (query) => server.ask(() => {
        const { items, next_cursor } = server.page(query)
        return { items: items.map(asCustomer), next_cursor }
      }),
      ownUnread: () => Promise.resolve({ ok: false, problem: { status: 404, code: 'not_found', title: '', retry_after_ms: null, head: null } }),
      ticket: (id) => server.ask(() => asCustomer(server.get(id) ?? fail(`no ${id}`))),
    },
    session: {
      subscribe(id, sink) {
        if (sinks.has(id)) fail(`${id} is listened to twice`)
        sinks.set(id, sink)
        return { again() {}, dispose: () => { sinks.delete(id) } }
      },
    },
  }
  const fail = (what: string): never => { throw new Error(`seed ${seed}: ${what}`) }
  const own = createCustomerTickets(client, () => {}, clock, testPage().page)
  let missed = false
  const cut = () => {
    connection.value = { kind: 'off' }
    for (const sink of sinks.values()) sink.disconnected()
  }
  const connect = () => {
    missed = false
    connection.value = live
  }
  const query = (): TicketQuery => (own.search.value === '' ? { tab: own.tab.value } : { search: own.search.value })
  // The client shows resolved and closed tickets that are unread above the active tickets. The server's list has no such order, so leave
  // these tickets out.
  const listed = () => own.shown.value.filter(({ status }) => own.search.value !== '' || own.tab.value === 'closed' || !isOver(status))
  const ids = () => listed().map((ticket) => ticket.id)
  const check = () => {
    if (new Set(ids()).size !== ids().length) fail('a ticket is there twice')
    if (sinks.size > 50) fail('too many tickets are listened to')
  }
  const act = async () => {
    const dice = random()
    if (dice < 0.3) {
      // If the change cannot be pushed, note that the client has missed it. The client must find the change when it connects again.
      const [before, after] = server.change(query())
      if (after === undefined || before === undefined) return
      const sink = sinks.get(after.id)
      if (connection.value.kind !== 'live' || sink === undefined) missed = true
      else sink.frame({ type: 'event', event: messageEvent(after.seq, { ticket: after.id }) })
    } else if (dice < 0.34) {
      server.create()
      own.reload()
    } else if (dice < 0.5) server.read()
    else if (dice < 0.65) server.answer()
    else if (dice < 0.68) server.fail()
    else if (dice < 0.76) own.loadMore()
    else if (dice < 0.78) own.pick(random() < 0.6 ? 'active' : 'closed')
    else if (dice < 0.81) own.find(random() < 0.6 ? '' : (WORDS[below(random, 2)] ?? ''))
    else if (dice < 0.83) own.retry()
    else if (dice < 0.87) (connection.value.kind === 'live' ? cut : connect)()
    else clock.pass(below(random, 200))
    await arrived()
    check()
  }
  // The timer that polls for unread tickets repeats forever, so it does not count as pending work.
  const isIdle = () => (clock.next() ?? LONG_MS) >= LONG_MS
  const rest = async () => {
    if (connection.value.kind !== 'live' || missed) {
      cut()
      connect()
    }
    for (let n = 0; n < 2_000; n++) {
      if (server.isQuiet() && isIdle()) return
      if (server.isQuiet()) clock.pass(clock.next() ?? 0)
      server.read()
      server.answer()
      await arrived()
      check()
    }
    fail('no rest')
  }
  for (let steps = 20 + below(random, 150); steps > 0; steps--) await act()
  await rest()
  const isShown = (ticket: Parameters<typeof isUnread>[0]) => own.search.value !== '' || own.tab.value === 'active' || !isUnread(ticket)
  const truth = () => server.all(query()).filter(isShown).map((ticket) => ticket.id)
  expect(ids(), `seed ${seed}: as far as it was read`).toEqual(truth().slice(0, ids().length))
  if (ids().length < server.all(query()).slice(0, 50).filter(isShown).length) fail('the first page is missing')
  for (let n = 0; own.more.value && n < 20; n++) {
    own.loadMore()
    await rest()
  }
  expect(ids(), `seed ${seed}: all of it`).toEqual(truth())
  for (const ticket of listed()) if (ticket.seq !== server.get(ticket.id)?.seq) fail(`old facts of ${ticket.id}`)
  own.dispose()
}

test("pages, events, searches, tabs, failures and reconnects in any order: the list equals the server's", async () => {
  for (let seed = 1; seed <= Number(process.env['SEEDS'] ?? 50); seed++) await world(seed)
}, 120_000)
