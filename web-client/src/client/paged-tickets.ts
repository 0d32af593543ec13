// Loads the pages of a list as far as it is looked at, one request at a time; what a query before this one asked for is dropped.

import { batch, signal, type ReadonlySignal } from '@preact/signals'
import { backoffMs } from '../connection/backoff.ts'
import type { Clock } from '../connection/transport.ts'
import { LIMITS } from '../protocol/generated.ts'
import type { Page, Problem } from '../protocol/model.ts'
import { isPassing } from '../protocol/words.ts'
import type { Result } from '../rest/request.ts'
import type { Sort, SortedList } from './sorted-list.ts'
import { createTicketPages, type Judge, type Listed } from './ticket-pages.ts'

export interface PagedTickets<T, L> {
  readonly list: () => L
  /** The ids shown, in order. */
  readonly order: ReadonlySignal<readonly string[]>
  /** Counts every change of the list and of its tickets' facts. */
  readonly version: ReadonlySignal<number>
  /** Whether the server has answered this query. */
  readonly loaded: ReadonlySignal<boolean>
  readonly more: ReadonlySignal<boolean>
  /** The last page could not be had. */
  readonly problem: ReadonlySignal<Problem | null>
  /** Another query, asked after a while (null: at the next `reload`). What is known to fit is shown at once; a guess only until the server refuses. */
  begin(sort: Sort, known: readonly T[], in_ms: number | null, isGuess: boolean): void
  /** How many rows are looked at: pages are loaded that far. */
  want(rows: number): void
  /** Changes as they happen. */
  heard(tickets: readonly T[]): void
  /** What another answer says of a ticket. */
  told(ticket: T): void
  /** Reads again what was read, from the first page on. */
  reload(): void
  /** The page that could not be had. */
  retry(): void
  /** Shows what has become of the list. */
  show(): void
  dispose(): void
}

interface PageSource<T, L> {
  readonly load: (range: { readonly limit: number; readonly cursor?: string }) => Promise<Result<Page<T>>>
  readonly judge: Judge<T>
  readonly list: (sort: Sort) => L
  readonly shown: (list: L) => readonly string[]
  /** Rows came behind those that were there; the first ones of a query take the place of whatever was shown. */
  readonly added: (list: L, ids: readonly string[], isFirst: boolean) => void
  readonly clock: Clock
}

const PAGE_TICKETS = 50
/** What only the server can judge costs a query: asked about together, so often at most. */
const ASK_MS = 1_500
/** A page that could not be had is asked for again no sooner. */
const RETRY_MS = 2_000

export function createPagedTickets<T extends Listed, L extends SortedList<T>>({ load, judge, list: create, shown, added, clock }: PageSource<T, L>): PagedTickets<T, L> {
  let sort: Sort = 'last_activity'
  let list = create(sort)
  let pages = createTicketPages<T>(list, judge)
  const order = signal<readonly string[]>([])
  const version = signal(0)
  const [loaded, more] = [signal(false), signal(false)]
  const problem = signal<Problem | null>(null)
  let wanted = PAGE_TICKETS
  /** Raised by whatever makes the request under way useless. */
  let round = 0
  let state: 'idle' | 'asking' | 'waiting' = 'waiting'
  let failures = 0
  let isGuess = false
  let stopWaiting = () => {}
  let stopAsking: (() => void) | null = null

  const show = () => batch(() => {
    version.value++
    more.value = pages.hasMore()
    order.value = shown(list)
  })
  const start = (known: readonly T[]) => {
    list = create(sort)
    for (const one of known) list.put(one)
    added(list, [], true)
    pages = createTicketPages<T>(list, judge)
  }
  const pump = async (): Promise<void> => {
    if (state !== 'idle') return
    const due = pages.due(order.peek().length < wanted)
    if (due === null) return askLater()
    const mine = round
    state = 'asking'
    pages.asked(due)
    // What is read again is read in larger parts.
    const limit = !due.isNext && order.peek().length > PAGE_TICKETS && loaded.peek() ? LIMITS.list_tickets_max : PAGE_TICKETS
    const result = await load({ limit, ...(due.cursor === null ? {} : { cursor: due.cursor }) })
    if (mine !== round) return
    state = 'idle'
    batch(() => {
      problem.value = result.ok ? null : result.problem
      if (!result.ok) return failed(result.problem)
      failures = 0
      added(list, pages.arrived(due, result.value), !loaded.peek())
      loaded.value = true
      show()
    })
    return pump()
  }
  const askLater = () => {
    if (!pages.isUnsure()) return
    stopAsking ??= clock.after(ASK_MS, () => {
      stopAsking = null
      if (state === 'idle') pages.restart()
      void pump()
      askLater()
    })
  }
  const failed = (why: Problem) => {
    // Rows of the query before say nothing when this one cannot be answered.
    if (isGuess && !loaded.peek()) {
      start([])
      show()
    }
    wait(mayPass(why) ? Math.max(why.retry_after_ms ?? 0, RETRY_MS + backoffMs(failures++, Math.random())) : null)
  }
  const wait = (in_ms: number | null) => {
    round++
    state = 'waiting'
    stopWaiting()
    stopWaiting = in_ms === null ? () => {} : clock.after(in_ms, go)
  }
  const go = () => {
    stopWaiting()
    state = 'idle'
    // The page that failed, even if the reader has scrolled away from it since.
    if (problem.peek() !== null) wanted = Math.max(wanted, order.peek().length + 1)
    void pump()
  }
  return {
    list: () => list,
    order, version, loaded, more, problem, show,
    begin(by, known, in_ms, guess) {
      sort = by
      start(known)
      isGuess = guess
      wanted = PAGE_TICKETS
      failures = 0
      stopAsking?.()
      stopAsking = null
      batch(() => {
        loaded.value = false
        problem.value = null
        show()
      })
      wait(in_ms)
    },
    want(rows) {
      wanted = rows
      void pump()
    },
    heard(tickets) {
      for (const ticket of tickets) pages.heard(ticket)
      show()
      askLater()
    },
    told(ticket) {
      pages.told(ticket)
      show()
    },
    reload() {
      round++
      pages.restart()
      go()
    },
    retry: () => { if (state === 'waiting') go() },
    dispose() {
      wait(null)
      stopAsking?.()
    },
  }
}

/** Whether the same request may be answered later. */
export function mayPass({ code }: Problem): boolean {
  return code === 'unreachable' || (code !== 'unreadable' && isPassing(code))
}
