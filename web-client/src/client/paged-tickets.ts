// Loads a ticket list page by page, as far as the user has scrolled. Runs one request at a time. Discards the response to a query if
// another query has replaced that query during the request.

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
  /** The ids of the visible tickets, in display order. */
  readonly order: ReadonlySignal<readonly string[]>
  /** Incremented whenever the list or one of its tickets changes. */
  readonly version: ReadonlySignal<number>
  /** Whether the server has responded to the current query. */
  readonly loaded: ReadonlySignal<boolean>
  readonly more: ReadonlySignal<boolean>
  /** Why the last request for a page of the list failed; null if it did not fail. */
  readonly problem: ReadonlySignal<Problem | null>
  /**
   * Replaces the list's query and loads its first page after `in_ms` milliseconds. If `in_ms` is null, loading waits for `reload` or
   * `retry`. Shows the tickets in `known` at once. If `isGuess` is true and the first request fails, the list is emptied again.
   */
  begin(sort: Sort, known: readonly T[], in_ms: number | null, isGuess: boolean): void
  /** Sets how many rows must be loaded to fill the view. Pages are requested until the list has that many rows. */
  want(rows: number): void
  /** Applies tickets that the server has pushed. */
  heard(tickets: readonly T[]): void
  /** Applies a ticket from the response to an unrelated request. Does not add a ticket to the list. */
  told(ticket: T): void
  /** Reloads all loaded pages, starting with the first page. */
  reload(): void
  /** Repeats a page request that failed. */
  retry(): void
  /** Updates `order`, `version` and `more` from the current list. */
  show(): void
  dispose(): void
}

interface PageSource<T, L> {
  readonly load: (range: { readonly limit: number; readonly cursor?: string }) => Promise<Result<Page<T>>>
  readonly judge: Judge<T>
  readonly list: (sort: Sort) => L
  readonly shown: (list: L) => readonly string[]
  /**
   * Called with the ids of rows that a page appended to the list. `isFirst`: the rows are the first rows of a new query and replace all
   * rows of the previous query.
   */
  readonly added: (list: L, ids: readonly string[], isFirst: boolean) => void
  readonly clock: Clock
}

const PAGE_TICKETS = 50
/** Only the server knows where some changed tickets belong in the list. This is the minimum interval between reloads for such tickets. */
const ASK_MS = 1_500
/** Minimum delay before a failed page request is repeated. */
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
  /** Incremented whenever the result of the running page request must be ignored. */
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
    // Use larger pages when reloading rows, so that fewer requests are needed.
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
    // The first request of this query failed, so remove the rows that were shown as a guess until the response.
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
    // Request the failed page again, even if the user no longer scrolls that far.
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

/** Whether repeating the request unchanged may succeed later. */
export function mayPass({ code }: Problem): boolean {
  return code === 'unreachable' || (code !== 'unreadable' && isPassing(code))
}
