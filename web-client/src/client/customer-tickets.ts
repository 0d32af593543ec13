// A customer's live ticket list. Subscribes to listed tickets, and reloads a ticket when it changes.

import { batch, computed, signal, type ReadonlySignal } from '@preact/signals'
import type { Subscription } from '../connection/subscriptions.ts'
import type { Clock } from '../connection/transport.ts'
import type { CustomerView, HistoryEvent, Problem, TicketView } from '../protocol/model.ts'
import { isOver } from '../protocol/words.ts'
import type { News } from './notifications.ts'
import { clock, every, thisPage, type Page } from './browser.ts'
import type { Client } from './client.ts'
import { onWindow } from './on-window.ts'
import { searchOf } from './search.ts'
import { createPagedTickets, mayPass } from './paged-tickets.ts'
import { isVisible, isUnfolded } from './visibility.ts'
import { createSortedList, type SortedList } from './sorted-list.ts'
import { createTicketCollection } from './ticket-collection.ts'
import { isUnread } from './unread.ts'

export type Tab = 'active' | 'closed'

export interface CustomerTickets {
  readonly tab: ReadonlySignal<Tab>
  readonly search: ReadonlySignal<string>
  readonly shown: ReadonlySignal<readonly CustomerView[]>
  readonly loaded: ReadonlySignal<boolean>
  readonly more: ReadonlySignal<boolean>
  readonly problem: ReadonlySignal<Problem | null>
  /** The number of tickets with unread messages. Incomplete until `counted` is true. */
  readonly unread: ReadonlySignal<number>
  /** True once the server has reported the number of unread tickets. */
  readonly counted: ReadonlySignal<boolean>
  find(text: string): void
  /** Handles an event of the open ticket, which has its own subscription outside this list. */
  heard(event: HistoryEvent, ticket: TicketView): void
  pick(tab: Tab): void
  loadMore(): void
  reload(): void
  /** Repeats the request for the page that failed to load. */
  retry(): void
  /** Adds or updates a ticket from a state that another part of the client received. */
  take(ticket: TicketView): void
  /** Sets the id of the open ticket, which has its own subscription outside this list; null if no ticket is open. */
  setOpen(id: string | null): void
  dispose(): void
}

/** The maximum number of tickets that this list subscribes to. It is far below the server's limit for a connection, and more than a screen shows. */
const WATCHED_MAX = 50
/**
 * The part of `WATCHED_MAX` that is reserved for active tickets, whichever tab is shown, so that the customer learns of replies in active tickets
 * at once.
 */
const WATCHED_ACTIVE = 25
const REFRESH_MS = 80
const RETRY_MS = 3_000
const SEARCH_MS = 200
/**
 * The interval between requests for the number of unread tickets. The client polls this number, because it does not subscribe to every
 * ticket.
 */
const UNREAD_MS = 60_000

/** The parts of `Client` that the ticket list uses. */
export interface TicketsClient {
  readonly rest: Pick<Client['rest'], 'ticket' | 'ownTickets' | 'ownUnread'>
  readonly session: Pick<Client['session'], 'subscribe'>
  readonly connection: Client['connection']
}

export function createCustomerTickets(client: TicketsClient, ring: (news: News) => void, time: Clock = clock, page: Pick<Page, 'document' | 'addEventListener' | 'removeEventListener'> = thisPage): CustomerTickets {
  const search = signal('')
  const tab = signal<Tab>('active')
  const tickets = createTicketCollection<CustomerView>({ isLooking: () => isVisible(page) })
  const watched = new Map<string, Subscription>()
  /** The id of the open ticket, and the tab that was selected when it was opened. */
  const opened = signal<{ readonly id: string | null; readonly tab: Tab }>({ id: null, tab: 'active' })
  /** The number of unread tickets that the server counts but this client has not loaded. */
  const others = signal(0)
  const counted = signal(false)
  /**
   * Incremented by every new connection, so that responses to earlier requests are discarded. Such a response may lack changes that were
   * made while the client was disconnected.
   */
  let connections = 0
  let isDisposed = false

  /** The search text, normalized as the server expects it; empty if there is no search. */
  const words = () => searchOf(search.peek())
  const list = createPagedTickets<CustomerView, SortedList<CustomerView>>({
    load: async (range) => {
      const text = words()
      const result = await client.rest.ownTickets({ ...(text === '' ? { tab: tab.value } : { search: text }), ...range })
      if (!result.ok) return result
      const items = result.value.items.map(tickets.marked)
      note(items)
      return { ok: true, value: { ...result.value, items } }
    },
    judge: (ticket, before) => {
      // A search covers all tickets that are not archived, whichever tab is selected.
      if (words() === '' ? !isOfTab(ticket) : ticket.archived_at !== null) return 'out'
      return before !== undefined || words() === '' ? 'in' : 'ask'
    },
    list: (sort) => createSortedList<CustomerView>(sort),
    shown: (rows) => rows.ids(),
    added() {},
    clock: time,
  })
  const shown = computed(() => {
    void list.version.value
    void tickets.version.value
    const rows = list.order.value.flatMap((id) => list.list().get(id) ?? [])
    if (searchOf(search.value) !== '') return rows
    // A finished ticket with unread messages stays in the active tab until it is read. A resolved ticket that was opened from the active tab also
    // stays while it is open, because it asks for a rating.
    const isOpenHere = ({ id }: CustomerView) => id === opened.value.id && opened.value.tab === 'active'
    const stays = (ticket: CustomerView) => ticket.archived_at === null && isOver(ticket.status) && (isUnread(ticket) || (ticket.status === 'resolved' && isOpenHere(ticket)))
    if (tab.value === 'closed') return rows.filter((ticket) => !stays(ticket))
    return [...[...tickets.values()].filter((ticket) => stays(ticket) && list.list().get(ticket.id) === undefined).toSorted(byActivity), ...rows]
  })

  /**
   * Adds or updates tickets, and subtracts unread tickets that were unknown until now from `others` (the number of unread tickets that the
   * server counts but this client has not loaded).
   */
  const note = (heardOf: readonly CustomerView[]) => batch(() => {
    others.value = Math.max(0, others.peek() - heardOf.filter((ticket) => tickets.get(ticket.id) === undefined && isUnread(tickets.marked(ticket))).length)
    for (const ticket of heardOf) tickets.take(ticket)
  })
  const take = (ticket: TicketView) => {
    if (ticket.side !== 'customer' || (tickets.get(ticket.id)?.seq ?? 0) > ticket.seq) return
    const taken = tickets.marked(ticket)
    batch(() => {
      note([taken])
      list.heard([taken])
    })
  }
  const refreshing = new Map<string, () => void>()
  const refresh = async (id: string) => {
    const mine = connections
    refreshing.delete(id)
    const result = await client.rest.ticket(id)
    if (isDisposed || mine !== connections) return
    if (result.ok) take(result.value)
    else if (mayPass(result.problem)) refreshSoon(id, RETRY_MS)
  }
  const refreshSoon = (id: string, ms: number) => {
    refreshing.get(id)?.()
    refreshing.set(id, time.after(ms, () => void refresh(id)))
  }

  let startingOver: (() => void) | null = null
  /**
   * Discards all known tickets and reloads the list. Needed after the database was restored to an earlier state, because the known sequence numbers
   * may be too high.
   */
  const startOver = () => {
    startingOver ??= time.after(REFRESH_MS, () => {
      startingOver = null
      if (isDisposed) return
      connections++
      tickets.reset()
      list.reload()
    })
  }

  const activeOnes = () => [...tickets.values()].filter((ticket) => isActive(ticket)).toSorted(byActivity).slice(0, WATCHED_ACTIVE)
  const watch = (rows: readonly CustomerView[]) => {
    const ids = new Set([...activeOnes(), ...rows].map((ticket) => ticket.id).filter((id) => id !== opened.peek().id))
    const wanted = new Set([...ids].slice(0, WATCHED_MAX))
    for (const [id, subscription] of watched) {
      if (wanted.has(id)) continue
      watched.delete(id)
      // The list does not subscribe to the open ticket, because the ticket's page does. If the page's subscription has already replaced
      // the list's subscription, `dispose` does nothing.
      subscription.dispose()
    }
    for (const id of wanted) if (!watched.has(id)) watched.set(id, listen(id))
  }

  const listen = (id: string): Subscription => {
    const seq = () => tickets.get(id)?.seq ?? 0
    const soon = () => refreshSoon(id, REFRESH_MS)
    return client.session.subscribe(id, {
      resume: () => ({ after: seq(), epoch: null }),
      subscribing() {},
      page: (page) => {
        if (page.reset) startOver()
        else if (page.head > seq()) soon()
      },
      frame: (frame) => {
        // The ticket has changed, or the customer has read it in another tab or on another device: reload the ticket.
        if (frame.type === 'event' || (frame.type === 'read' && frame.person.type === 'customer')) soon()
        if (frame.type === 'event') heard(frame.event, tickets.get(id))
        if (frame.type === 'reset') startOver()
      },
      head: (head) => { if (head > seq()) soon() },
      disconnected() {},
      refused() {},
    })
  }

  const heard = (event: HistoryEvent, ticket: TicketView | undefined) => {
    if (event.kind !== 'message_added' || event.actor.type === 'customer' || ticket === undefined) return
    ring({ ticket: ticket.id, number: ticket.ticket_number, subject: ticket.subject })
  }

  const readHere = () => {
    const ticket = tickets.look()
    if (ticket !== undefined) list.told(ticket)
  }
  const isActive = ({ status, archived_at }: CustomerView) => archived_at === null && !isOver(status)
  const isOfTab = (ticket: CustomerView) => ticket.archived_at === null && isActive(ticket) === (tab.value === 'active')
  /** Loads the active tickets while the list shows closed tickets or search results, so that their unread messages are counted. */
  const readActive = async () => {
    if (tab.peek() === 'active' && words() === '') return
    const mine = connections
    const result = await client.rest.ownTickets({ tab: 'active', limit: WATCHED_ACTIVE })
    if (result.ok && !isDisposed && mine === connections) batch(() => {
      note(result.value.items)
      watch(shown.peek())
    })
  }
  const unreadOnes = () => [...tickets.values()].filter((ticket) => isUnread(ticket))
  const unreadHere = () => unreadOnes().length
  /**
   * Requests the total number of unread tickets. If this client has not loaded some of the unread tickets, loads the latest finished
   * tickets, to find the missing ones there.
   */
  const readUnread = async () => {
    const mine = connections
    const result = await client.rest.ownUnread()
    if (!result.ok || isDisposed || mine !== connections) return
    batch(() => {
      others.value = Math.max(0, result.value.tickets - unreadHere())
      counted.value = true
    })
    // More unread tickets are known here than the server counts: some were read on another device. Reload the tickets that count as unread
    // here.
    if (unreadHere() > result.value.tickets) for (const { id } of unreadOnes().slice(0, WATCHED_ACTIVE)) refreshSoon(id, REFRESH_MS)
    if (others.peek() === 0 || tab.peek() === 'closed') return
    const ended = await client.rest.ownTickets({ tab: 'closed', limit: WATCHED_ACTIVE })
    if (ended.ok && !isDisposed && mine === connections) note(ended.value.items.filter((ticket) => isUnread(tickets.marked(ticket)) || tickets.get(ticket.id) !== undefined))
  }
  const stopAsking = every(time, UNREAD_MS, () => { if (isVisible(page) && client.connection.peek().kind === 'live') void readUnread() })
  list.begin('last_activity', [], 0, false)
  const stops = [
    onWindow('visibilitychange', readHere, page),
    isUnfolded.subscribe((on) => { if (on) readHere() }),
    shown.subscribe(watch),
    client.connection.subscribe((state) => {
      if (state.kind !== 'live') return
      // The connection is live again: reload the list. While the client was disconnected, tickets without a subscription may have changed,
      // and new tickets may have been created.
      connections++
      list.reload()
      void readActive().then(readUnread)
    }),
  ]
  const { loaded, more, problem, reload, retry } = list
  return {
    tab, search, shown, loaded, more, problem, counted, reload, retry, heard, take,
    unread: computed(() => {
      void tickets.version.value
      return others.value + unreadHere()
    }),
    find(text) {
      const isSame = searchOf(text) === words()
      search.value = text
      if (!isSame) list.begin('last_activity', shown.peek(), SEARCH_MS, true)
    },
    pick(next) {
      const searched = words() !== ''
      if (next === tab.value && !searched) return
      search.value = ''
      tab.value = next
      // Until the server responds, show the matching tickets that are already loaded.
      const known = [...tickets.values()].filter(isOfTab)
      list.begin('last_activity', known, 0, false)
    },
    loadMore: () => list.want(list.order.peek().length + 1),
    setOpen(id) {
      if (id !== opened.peek().id) opened.value = { id, tab: tab.peek() }
      tickets.setOpen(id)
      readHere()
      watch(shown.peek())
    },
    dispose() {
      isDisposed = true
      stopAsking()
      list.dispose()
      for (const stop of refreshing.values()) stop()
      for (const stop of stops) stop()
      for (const subscription of watched.values()) subscription.dispose()
    },
  }
}

function byActivity(a: CustomerView, b: CustomerView): number {
  return a.last_activity_at < b.last_activity_at ? 1 : -1
}
