// The console's list: pages by REST under the chosen filters, kept live by the inbox, held still while somebody points at it.

import { batch, computed, signal, type ReadonlySignal } from '@preact/signals'
import type { Problem, StaffView, TicketView } from '../protocol/model.ts'
import type { TeamRest } from '../rest/team.ts'
import { clock } from './browser.ts'
import type { Desk } from './desk.ts'
import { matches, restQuery, type Filters } from './filters.ts'
import { isSeen } from './seen.ts'
import { createShelf, type Shelf } from './shelf.ts'

export interface Inbox {
  readonly filters: ReadonlySignal<Filters>
  /** The ids shown, in order. */
  readonly order: ReadonlySignal<readonly string[]>
  /** Counts every change of a listed ticket's facts; to be read before `ticket`. */
  readonly version: ReadonlySignal<number>
  readonly loaded: ReadonlySignal<boolean>
  readonly loading: ReadonlySignal<boolean>
  readonly more: ReadonlySignal<boolean>
  /** Tickets whose place in the list waits for `release`. */
  readonly held: ReadonlySignal<number>
  readonly problem: ReadonlySignal<Problem | null>
  ticket(id: string): StaffView | undefined
  filter(change: Partial<Filters>): void
  loadMore(): Promise<void>
  reload(): Promise<void>
  take(ticket: TicketView): void
  /** While held, facts change in place and nothing moves. */
  hold(on: boolean): void
  /** Shows everything in its place now. */
  release(): void
  /** The open ticket counts as read as it stands. */
  setOpen(id: string | null): void
  dispose(): void
}

const SEARCH_MS = 200
const PAGE_TICKETS = 50

export function createInbox(desk: Desk, team: TeamRest, initial: Filters): Inbox {
  const filters = signal<Filters>(initial)
  const order = signal<readonly string[]>([])
  const version = signal(0)
  const held = signal(0)
  const cursor = signal<string | null>(null)
  const [loaded, loading] = [signal(false), signal(false)]
  const problem = signal<Problem | null>(null)
  /** Tickets heard of while a page was on its way: the page may be older than they are. */
  const heard = new Set<string>()
  /** Rows that left the list but are still shown, because it is held. */
  const leaving = new Map<string, StaffView>()
  const moved = new Set<string>()
  let shelf: Shelf = createShelf(initial.sort)
  let isHeld = false
  let openId: string | null = null
  let round = 0
  let stopSearch = () => {}

  const show = () => {
    version.value++
    if (isHeld && order.peek().length > 0) {
      held.value = moved.size
      return
    }
    moved.clear()
    leaving.clear()
    held.value = 0
    order.value = shelf.ids()
  }
  const ticket = (id: string) => shelf.get(id) ?? leaving.get(id)

  /** Without showing it yet. */
  const put = (next: StaffView) => {
    const before = ticket(next.id)
    if (before !== undefined && before.seq > next.seq) return
    const isRead = next.id === openId && isSeen()
    const taken = { ...next, read_seq: Math.max(next.read_seq, before?.read_seq ?? 0, isRead ? next.seq : 0) }
    const belongs = matches(taken, filters.value, desk.identity.id)
    // While there are more pages, a ticket beyond all shown belongs to one of those.
    const isBeyond = cursor.value !== null && shelf.get(next.id) === undefined && !shelf.reaches(taken)
    if (isHeld && (before === undefined || before.last_activity_at !== taken.last_activity_at || !belongs)) moved.add(taken.id)
    if (belongs && !isBeyond) {
      leaving.delete(taken.id)
      shelf.put(taken)
    } else {
      if (isHeld && before !== undefined) leaving.set(taken.id, taken)
      shelf.remove(taken.id)
    }
  }
  const take = (next: TicketView) => {
    if (next.side !== 'staff') return
    heard.add(next.id)
    put(next)
    show()
  }

  const load = async (from: string | null) => {
    const mine = ++round
    heard.clear()
    loading.value = true
    const result = await team.allTickets({ ...restQuery(filters.value), limit: PAGE_TICKETS, ...(from === null ? {} : { cursor: from }) })
    if (mine !== round) return
    batch(() => {
      loading.value = false
      problem.value = result.ok ? null : result.problem
      if (!result.ok) return
      const { items, next_cursor } = result.value
      const paged = new Set(items.map((one) => one.id))
      const last = items.at(-1)
      const covered = createShelf(filters.value.sort)
      if (last !== undefined) covered.put(last)
      if (from === null) {
        // What the first page covers, it decides; further rows stay until they are heard of.
        for (const id of [...shelf.ids()]) {
          const one = shelf.get(id)
          if (one === undefined || paged.has(id) || heard.has(id)) continue
          if (next_cursor === null || covered.reaches(one)) shelf.remove(id)
        }
        if (!loaded.value || next_cursor === null || shelf.ids().length === 0) cursor.value = next_cursor
        else cursor.value ??= next_cursor
      } else cursor.value = next_cursor
      for (const one of items) put(one)
      loaded.value = true
      show()
    })
  }
  const reload = () => load(null)

  const disposers = [
    desk.session.inbox((frame) => {
      batch(() => {
        for (const one of frame.tickets) {
          heard.add(one.id)
          put(one)
        }
        if (frame.tickets.length > 0) show()
      })
    }),
    // Pushes that were missed while away show here.
    desk.live.subscribe((live) => { if (live) void reload() }),
  ]
  return {
    filters, order, version, loaded, loading, held, problem, ticket, take, reload,
    more: computed(() => cursor.value !== null),
    filter(change) {
      batch(() => {
        const before = filters.value
        filters.value = { ...before, ...change }
        // What can be decided here shows at once; the server's answer follows.
        const next = createShelf(filters.value.sort)
        for (const id of shelf.ids()) {
          const one = shelf.get(id)
          if (one !== undefined && matches(one, filters.value, desk.identity.id)) next.put(one)
        }
        shelf = next
        loaded.value = false
        cursor.value = null
        isHeld = false
        show()
      })
      stopSearch()
      stopSearch = clock.after('search' in change ? SEARCH_MS : 0, () => void reload())
    },
    loadMore: async () => { if (!loading.value && cursor.value !== null) await load(cursor.value) },
    hold(on) {
      if (on === isHeld) return
      isHeld = on
      if (!on) show()
    },
    release() {
      const was = isHeld
      isHeld = false
      show()
      isHeld = was
    },
    setOpen(id) {
      openId = id
      const one = id === null ? undefined : ticket(id)
      if (one !== undefined) take(one)
    },
    dispose() {
      stopSearch()
      for (const dispose of disposers) dispose()
    },
  }
}
