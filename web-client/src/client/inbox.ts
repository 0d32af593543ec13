// The ticket list of the team's console. Loads pages over REST with the selected filters, receives live updates over the WebSocket, and is frozen
// while the pointer is over the list.

import { batch, computed, signal, type ReadonlySignal } from '@preact/signals'
import type { Viewers } from '../connection/inbox-watch.ts'
import type { Clock } from '../connection/transport.ts'
import type { Problem, StaffView, TicketView } from '../protocol/model.ts'
import type { TeamRest } from '../rest/team.ts'
import { clock } from './browser.ts'
import type { Client } from './client.ts'
import { isSame, matches, restQuery, sortOf, type Filters } from './filters.ts'
import { createHeldList, type HeldList } from './held-list.ts'
import { createPagedTickets } from './paged-tickets.ts'
import { searchOf } from './search.ts'
import { createSortedList } from './sorted-list.ts'
import { createTicketCollection, type TicketCollection } from './ticket-collection.ts'
import type { Verdict } from './ticket-pages.ts'

export interface Inbox {
  readonly filters: ReadonlySignal<Filters>
  /** The ids of the visible tickets, in display order. */
  readonly order: ReadonlySignal<readonly string[]>
  /** Incremented by every change of a listed ticket. Read this signal before calling `ticket`, so that the caller runs again after a change. */
  readonly version: ReadonlySignal<number>
  readonly loaded: ReadonlySignal<boolean>
  readonly more: ReadonlySignal<boolean>
  /** The number of tickets that will move to another position when `release` is called. */
  readonly held: ReadonlySignal<number>
  readonly problem: ReadonlySignal<Problem | null>
  /** The people who are viewing each ticket now, including this agent. */
  readonly viewers: ReadonlySignal<Viewers>
  ticket(id: string): StaffView | undefined
  filter(change: Partial<Filters>): void
  /** Loads pages until the list has at least `rows` rows. */
  want(rows: number): void
  reload(): void
  /** Repeats the request for the page that failed to load. */
  retry(): void
  take(ticket: TicketView): void
  /** Freezes or unfreezes the list. While the list is frozen, tickets are updated in place and pages are added at the end, but no row moves. */
  hold(on: boolean): void
  /** Moves every row to its sorted position. Returns the ids of the tickets whose position was out of date. */
  release(): ReadonlySet<string>
  /** Sets the id of the open ticket, which then counts as read up to its current state; null if no ticket is open. */
  setOpen(id: string | null): void
  dispose(): void
}

const SEARCH_MS = 200

/** The parts of `Client` that the ticket list uses. */
export interface InboxClient {
  readonly identity: Pick<Client['identity'], 'id'>
  readonly session: Pick<Client['session'], 'inbox'>
}

export function createInbox(client: InboxClient, team: Pick<TeamRest, 'allTickets'>, initial: Filters, time: Clock = clock, tickets: TicketCollection<StaffView> = createTicketCollection()): Inbox {
  const filters = signal<Filters>(initial)
  const viewers = signal<Viewers>(new Map())

  const judge = (one: StaffView, before: StaffView | undefined): Verdict => {
    // The server listed the ticket, and no field that the filters check has changed since then, so the ticket stays in the list.
    if (before !== undefined && isSame(before, one)) return 'in'
    if (!matches(one, filters.value, client.identity.id)) return 'out'
    // Only the server can search a ticket's text. A listed ticket has already matched the search, so ask the server only about unlisted tickets.
    return before !== undefined || searchOf(filters.value.search) === '' ? 'in' : 'ask'
  }
  let isHeld = false
  const list = createPagedTickets<StaffView, HeldList<StaffView>>({
    load: async (range) => {
      const result = await team.allTickets({ ...restQuery(filters.value), ...range })
      return result.ok ? { ok: true, value: { ...result.value, items: result.value.items.map(marked) } } : result
    },
    judge,
    list: (sort) => createHeldList(createSortedList(sort), isHeld),
    shown: (rows) => rows.shown(),
    added: (rows, ids, isFirst) => (isFirst ? rows.release() : rows.append(ids)),
    clock: time,
  })
  const ticket = (id: string) => list.list().look(id)
  /** Adds how far this agent has read the ticket, which live updates do not contain. */
  const marked = (one: StaffView): StaffView => tickets.take(one) ?? tickets.marked(one)
  const take = (one: TicketView) => { if (one.side === 'staff') list.told(marked(one)) }

  list.begin(sortOf(initial), [], null, false)
  const stop = client.session.inbox({
    frame: (frame) => { if (frame.tickets.length > 0) list.heard(frame.tickets.map(marked)) },
    // The live updates have just begun. Reload the list, to find changes that were made before the live updates began.
    began: list.reload,
    viewers: (now) => { viewers.value = now },
  })
  const { order, version, loaded, more, problem, want, reload, retry } = list
  return {
    filters, viewers, order, version, loaded, more, problem, want, reload, retry, ticket, take,
    held: computed(() => {
      void version.value
      return list.list().count()
    }),
    filter(change) {
      const before = filters.value
      const next = { ...before, ...change }
      // Until the server responds, show the matching tickets that are already loaded.
      const known = order.value.flatMap((id) => ticket(id) ?? []).filter((one) => matches(one, next, client.identity.id))
      batch(() => {
        filters.value = next
        list.begin(sortOf(next), known, 'search' in change ? SEARCH_MS : 0, searchOf(next.search) !== searchOf(before.search))
      })
    },
    hold(on) {
      if (on === isHeld) return
      isHeld = on
      list.list().hold(on)
      list.show()
    },
    release() {
      const moved = list.list().release()
      list.show()
      return moved
    },
    setOpen(id) {
      const one = tickets.setOpen(id)
      if (one !== undefined) take(one)
    },
    dispose() {
      list.dispose()
      stop()
    },
  }
}
