// The console's list and figures: pages by REST under the chosen filters, kept live by the inbox.

import { batch, computed, signal, type ReadonlySignal } from '@preact/signals'
import type { TicketStats } from '../protocol/generated.ts'
import type { Problem, StaffView, TicketView } from '../protocol/model.ts'
import { isOver } from '../protocol/words.ts'
import type { Agent } from '../protocol/decode-rest.ts'
import type { TicketQuery } from '../rest/client.ts'
import { clock } from './browser.ts'
import type { Desk } from './desk.ts'

/** The filters as they stand in the address bar; empty: any. */
export interface Filters {
  /** `active`, or one status. */
  readonly status: string
  readonly category: string
  readonly priority: string
  /** `me`, `nobody`, or an id. */
  readonly assigned_to: string
  readonly search: string
}

export const NO_FILTERS: Filters = { status: '', category: '', priority: '', assigned_to: '', search: '' }

export interface Inbox {
  readonly filters: ReadonlySignal<Filters>
  readonly tickets: ReadonlySignal<readonly StaffView[]>
  readonly loaded: ReadonlySignal<boolean>
  readonly more: ReadonlySignal<boolean>
  readonly stats: ReadonlySignal<TicketStats | null>
  readonly agents: ReadonlySignal<readonly Agent[]>
  readonly problem: ReadonlySignal<Problem | null>
  filter(change: Partial<Filters>): void
  loadMore(): Promise<void>
  reload(): Promise<void>
  take(ticket: TicketView): void
  /** The open ticket counts as read as it stands. */
  setOpen(id: string | null): void
  dispose(): void
}

const SEARCH_MS = 200

export function createInbox(desk: Desk, initial: Filters): Inbox {
  const filters = signal<Filters>(initial)
  const tickets = signal<readonly StaffView[]>([])
  const cursor = signal<string | null>(null)
  const loaded = signal(false)
  const stats = signal<TicketStats | null>(null)
  const agents = signal<readonly Agent[]>([])
  const problem = signal<Problem | null>(null)
  /** Tickets heard of while a page was on its way: the page may be older than they are. */
  const heard = new Set<string>()
  let openId: string | null = null
  let round = 0
  let stopSearch = () => {}

  const take = (ticket: TicketView) => {
    if (ticket.side !== 'staff') return
    const before = tickets.value.find((one) => one.id === ticket.id)
    if (before !== undefined && before.seq > ticket.seq) return
    heard.add(ticket.id)
    const read_seq = Math.max(ticket.read_seq, before?.read_seq ?? 0, ticket.id === openId ? ticket.seq : 0)
    const others = tickets.value.filter((one) => one.id !== ticket.id)
    const belongs = matches(ticket, filters.value, desk.identity.id)
    // While there are more pages, a ticket older than all shown belongs to one of those.
    const oldest = others.at(-1)
    const beyond = cursor.value !== null && before === undefined && oldest !== undefined && ticket.last_activity_at < oldest.last_activity_at
    tickets.value = belongs && !beyond ? [...others, { ...ticket, read_seq }].toSorted(newestFirst) : others
  }

  const load = async (from: string | null) => {
    const mine = ++round
    heard.clear()
    const result = await desk.rest.allTickets({ ...query(filters.value), ...(from === null ? {} : { cursor: from }) })
    if (mine !== round) return
    problem.value = result.ok ? null : result.problem
    if (!result.ok) return
    const page = result.value.items
    const newer = new Map(tickets.value.map((ticket) => [ticket.id, ticket]))
    const fresh = page.map((ticket) => {
      const held = newer.get(ticket.id)
      if (held === undefined) return ticket
      return held.seq > ticket.seq ? held : { ...ticket, read_seq: Math.max(ticket.read_seq, held.read_seq) }
    })
    const paged = new Set(fresh.map((ticket) => ticket.id))
    const kept = tickets.value.filter((ticket) => !paged.has(ticket.id) && (from !== null || heard.has(ticket.id)))
    tickets.value = [...kept, ...fresh].toSorted(newestFirst)
    cursor.value = result.value.next_cursor
    loaded.value = true
  }
  const reload = () => load(null)

  const loadDesk = async () => {
    const [figures, staff] = await Promise.all([desk.rest.stats(), desk.rest.agents()])
    if (figures.ok) stats.value = figures.value
    if (staff.ok) agents.value = staff.value
  }

  const disposers = [
    desk.session.inbox((frame) => {
      batch(() => {
        for (const ticket of frame.tickets) take(ticket)
        if (frame.stats !== null) stats.value = frame.stats
      })
    }),
    // Pushes that were missed while away show here.
    desk.live.subscribe((live) => {
      if (!live) return
      void reload()
      void loadDesk()
    }),
  ]
  return {
    filters,
    tickets,
    loaded,
    more: computed(() => cursor.value !== null),
    stats,
    agents,
    problem,
    filter(change) {
      filters.value = { ...filters.value, ...change }
      // What can be decided here shows at once; the server's answer follows.
      tickets.value = tickets.value.filter((ticket) => matches(ticket, filters.value, desk.identity.id))
      stopSearch()
      stopSearch = clock.after('search' in change ? SEARCH_MS : 0, () => void reload())
    },
    loadMore: () => load(cursor.value),
    reload,
    take,
    setOpen(id) {
      openId = id
      const ticket = tickets.value.find((one) => one.id === id)
      if (ticket !== undefined) take(ticket)
    },
    dispose() {
      stopSearch()
      for (const dispose of disposers) dispose()
    },
  }
}

function query(filters: Filters): TicketQuery {
  const { status, category, priority, assigned_to, search } = filters
  return {
    ...(status === 'active' ? { tab: 'active' as const } : status === '' ? {} : { status: [status] }),
    ...(category === '' ? {} : { category }),
    ...(priority === '' ? {} : { priority }),
    ...(assigned_to === '' ? {} : { assigned_to }),
    ...(search.trim() === '' ? {} : { search: search.trim() }),
  }
}

/** Whether a pushed ticket belongs to the list. A search is decided here as far as its plain text goes. */
export function matches(ticket: StaffView, filters: Filters, me: string): boolean {
  const { status, category, priority, assigned_to, search } = filters
  if (ticket.archived_at !== null) return false
  if (status === 'active' ? isOver(ticket.status) : status !== '' && ticket.status !== status) return false
  if (category !== '' && ticket.category !== category) return false
  if (priority !== '' && ticket.priority !== priority) return false
  if (assigned_to === 'nobody' ? ticket.assigned_to !== null : assigned_to !== '' && ticket.assigned_to?.id !== (assigned_to === 'me' ? me : assigned_to)) return false
  const text = `${ticket.ticket_number}\n${ticket.subject}\n${ticket.customer_email ?? ''}\n${ticket.customer_name ?? ''}`.toLowerCase()
  return search.trim().toLowerCase().split(/\s+/).every((word) => text.includes(word))
}

function newestFirst(a: StaffView, b: StaffView): number {
  return a.last_activity_at < b.last_activity_at ? 1 : a.last_activity_at > b.last_activity_at ? -1 : 0
}
