// A customer's list, kept live: each listed ticket is listened to from its head on, and asked for again when something happened there.

import { computed, signal, type ReadonlySignal } from '@preact/signals'
import type { CustomerView, HistoryEvent, Problem, TicketView } from '../protocol/model.ts'
import type { Subscription } from '../connection/subscriptions.ts'
import { isOver } from '../protocol/words.ts'
import type { News } from './attention.ts'
import { clock } from './browser.ts'
import { onWindow, type Desk } from './desk.ts'
import { isSeen, unfolded } from './seen.ts'

export type Tab = 'active' | 'closed'

export interface OwnTickets {
  readonly tab: ReadonlySignal<Tab>
  readonly search: ReadonlySignal<string>
  readonly shown: ReadonlySignal<readonly CustomerView[]>
  readonly loaded: ReadonlySignal<boolean>
  readonly more: ReadonlySignal<boolean>
  readonly problem: ReadonlySignal<Problem | null>
  /** How many tickets have something unread. */
  readonly unread: ReadonlySignal<number>
  find(text: string): void
  /** Something happened on the open ticket, which listens for itself. */
  heard(event: HistoryEvent, ticket: TicketView): void
  pick(tab: Tab): void
  loadMore(): Promise<void>
  reload(): Promise<void>
  /** A newer state of a ticket, from wherever. */
  take(ticket: TicketView): void
  /** The open ticket listens for itself. */
  setOpen(id: string | null): void
  dispose(): void
}

/** Tickets listened to beside the open one: far below what a connection may, and more than a screen shows. */
const WATCHED_MAX = 50
const REFRESH_MS = 80
const SEARCH_MS = 200

export function createOwnTickets(desk: Desk, ring: (news: News) => void): OwnTickets {
  const search = signal('')
  let stopSearch = () => {}
  const tab = signal<Tab>('active')
  const all = signal<readonly CustomerView[]>([])
  const cursor = signal<string | null>(null)
  const loaded = signal(false)
  const problem = signal<Problem | null>(null)
  const watched = new Map<string, Subscription>()
  let openId: string | null = null
  let round = 0

  const shown = computed(() => all.value.filter((ticket) => isOver(ticket.status) === (tab.value === 'closed') && contains(ticket, search.value)).toSorted(newestFirst))

  const take = (ticket: TicketView) => {
    if (ticket.side !== 'customer') return
    const before = all.value.find((one) => one.id === ticket.id)
    if (before !== undefined && before.seq > ticket.seq) return
    const read_seq = Math.max(ticket.read_seq, before?.read_seq ?? 0, ticket.id === openId && isSeen() ? ticket.seq : 0)
    all.value = [{ ...ticket, read_seq }, ...all.value.filter((one) => one.id !== ticket.id)]
    watch()
  }

  const refresh = async (id: string) => {
    const result = await desk.rest.ticket(id)
    if (result.ok) take(result.value)
  }

  const watch = () => {
    const wanted = new Set(shown.value.slice(0, WATCHED_MAX).map((ticket) => ticket.id).filter((id) => id !== openId))
    for (const [id, subscription] of watched) {
      if (wanted.has(id)) continue
      watched.delete(id)
      // The open ticket's own subscription has taken over; this dispose then does nothing.
      subscription.dispose()
    }
    for (const id of wanted) if (!watched.has(id)) watched.set(id, listen(id))
  }

  const listen = (id: string): Subscription => {
    let stop = () => {}
    const seq = () => all.value.find((one) => one.id === id)?.seq ?? 0
    const soon = () => {
      stop()
      stop = clock.after(REFRESH_MS, () => void refresh(id))
    }
    const subscription = desk.session.subscribe(id, {
      resume: () => ({ after: seq(), epoch: null }),
      subscribing() {},
      page: (page) => { if (page.reset || page.head > seq()) soon() },
      frame: (frame) => {
        if (frame.type === 'event') heard(frame.event, all.value.find((one) => one.id === id))
        if (frame.type === 'event' || frame.type === 'reset') soon()
      },
      head: (head) => { if (head > seq()) soon() },
      disconnected() {},
      refused() {},
    })
    return { again: subscription.again, dispose() { stop(); subscription.dispose() } }
  }

  const heard = (event: HistoryEvent, ticket: TicketView | undefined) => {
    if (event.kind !== 'message_added' || event.actor.type === 'customer' || ticket === undefined) return
    ring({ ticket: ticket.id, number: ticket.ticket_number, subject: ticket.subject })
  }

  const load = async (from: string | null) => {
    const mine = ++round
    const result = await desk.rest.ownTickets({ tab: tab.value, ...(search.value.trim() === '' ? {} : { search: search.value.trim() }), ...(from === null ? {} : { cursor: from }) })
    if (mine !== round) return
    problem.value = result.ok ? null : result.problem
    if (!result.ok) return
    loaded.value = true
    cursor.value = result.value.next_cursor
    for (const ticket of result.value.items) take(ticket)
    watch()
  }
  const reload = () => load(null)

  const readHere = () => {
    const ticket = all.value.find((one) => one.id === openId)
    if (ticket !== undefined) take(ticket)
  }
  const stops = [onWindow('visibilitychange', readHere), unfolded.subscribe((on) => { if (on) readHere() })]
  const dispose = desk.connection.subscribe((state) => {
    // What happened to tickets that were not listened to, or not listed yet, shows here.
    if (state.kind === 'live') void reload()
  })
  void reload()
  return {
    tab,
    shown,
    loaded,
    more: computed(() => cursor.value !== null),
    problem,
    search,
    unread: computed(() => all.value.filter((ticket) => ticket.seq > ticket.read_seq).length),
    heard,
    find(text) {
      search.value = text
      stopSearch()
      stopSearch = clock.after(SEARCH_MS, () => void reload())
    },
    pick(next) {
      if (next === tab.value) return
      tab.value = next
      loaded.value = false
      cursor.value = null
      watch()
      void reload()
    },
    loadMore: () => load(cursor.value),
    reload,
    take,
    setOpen(id) {
      openId = id
      readHere()
      watch()
    },
    dispose() {
      dispose()
      for (const stop of stops) stop()
      stopSearch()
      for (const subscription of watched.values()) subscription.dispose()
    },
  }
}

function newestFirst(a: CustomerView, b: CustomerView): number {
  return a.last_activity_at < b.last_activity_at ? 1 : a.last_activity_at > b.last_activity_at ? -1 : 0
}

function contains(ticket: CustomerView, search: string): boolean {
  const text = `${ticket.ticket_number} ${ticket.subject}`.toLowerCase()
  return search.trim().toLowerCase().split(/\s+/).every((word) => text.includes(word))
}
