// The console's list: pages by REST under the chosen filters, kept live by the inbox, held still while somebody points at it.

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
  /** The ids shown, in order. */
  readonly order: ReadonlySignal<readonly string[]>
  /** Counts every change of a listed ticket's facts; to be read before `ticket`. */
  readonly version: ReadonlySignal<number>
  readonly loaded: ReadonlySignal<boolean>
  readonly more: ReadonlySignal<boolean>
  /** Tickets whose place in the list waits for `release`. */
  readonly held: ReadonlySignal<number>
  readonly problem: ReadonlySignal<Problem | null>
  /** Who looks at which ticket now, this agent included. */
  readonly viewers: ReadonlySignal<Viewers>
  ticket(id: string): StaffView | undefined
  filter(change: Partial<Filters>): void
  /** How many rows are looked at: pages are loaded that far. */
  want(rows: number): void
  reload(): void
  /** The page that could not be had. */
  retry(): void
  take(ticket: TicketView): void
  /** While held, facts change in place, pages are added at the end, and nothing moves. */
  hold(on: boolean): void
  /** Shows everything in its place now. */
  release(): ReadonlySet<string>
  /** The open ticket counts as read as it stands. */
  setOpen(id: string | null): void
  dispose(): void
}

const SEARCH_MS = 200

/** What of a desk the list needs. */
export interface InboxClient {
  readonly identity: Pick<Client['identity'], 'id'>
  readonly session: Pick<Client['session'], 'inbox'>
}

export function createInbox(client: InboxClient, team: Pick<TeamRest, 'allTickets'>, initial: Filters, time: Clock = clock, tickets: TicketCollection<StaffView> = createTicketCollection()): Inbox {
  const filters = signal<Filters>(initial)
  const viewers = signal<Viewers>(new Map())

  const judge = (one: StaffView, before: StaffView | undefined): Verdict => {
    // The server has listed it as it stands.
    if (before !== undefined && isSame(before, one)) return 'in'
    if (!matches(one, filters.value, client.identity.id)) return 'out'
    // What is known of it may change, the words that were found in it do not.
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
  /** With how far this agent has read, which a push does not know. One that is older than what is known is for the list to leave aside. */
  const marked = (one: StaffView): StaffView => tickets.take(one) ?? tickets.marked(one)
  const take = (one: TicketView) => { if (one.side === 'staff') list.told(marked(one)) }

  list.begin(sortOf(initial), [], null, false)
  const stop = client.session.inbox({
    frame: (frame) => { if (frame.tickets.length > 0) list.heard(frame.tickets.map(marked)) },
    // Finds what changed while changes were not pushed; from here on they are.
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
      // What can be decided here shows at once; the server's answer follows.
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
