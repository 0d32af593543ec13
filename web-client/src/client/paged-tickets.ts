// Loads the pages of a list as far as it is scrolled, one request at a time; discards answers to an earlier query.

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
  /** The visible ids, in order. */
  readonly order: ReadonlySignal<readonly string[]>
  /** Incremented by every change of the list or of its tickets. */
  readonly version: ReadonlySignal<number>
  /** Whether the server has answered this query. */
  readonly loaded: ReadonlySignal<boolean>
  readonly more: ReadonlySignal<boolean>
  /** Why the last page failed to load. */
  readonly problem: ReadonlySignal<Problem | null>
  /**
   * Starts another query after `in_ms` (null: at the next `reload`). Shows `known` at once; with `isGuess`, only until the server refuses the query.
   */
  begin(sort: Sort, known: readonly T[], in_ms: number | null, isGuess: boolean): void
  /** How many rows are in view: pages are loaded that far. */
  want(rows: number): void
  /** Takes changes pushed by the server. */
  heard(tickets: readonly T[]): void
  /** Takes a ticket from another answer. */
  told(ticket: T): void
  /** Reads again what was read, from the first page. */
  reload(): void
  /** Requests the page that failed again. */
  retry(): void
  /** Publishes the current state of the list. */
  show(): void
  dispose(): void
}

interface PageSource<T, L> {
  readonly load: (range: { readonly limit: number; readonly cursor?: string }) => Promise<Result<Page<T>>>
  readonly judge: Judge<T>
  readonly list: (sort: Sort) => L
  readonly shown: (list: L) => readonly string[]
  /** Called when rows were added at the end; the first rows of a query replace whatever was shown. */
  readonly added: (list: L, ids: readonly string[], isFirst: boolean) => void
  readonly clock: Clock
}

const PAGE_TICKETS = 50
/** Tickets that only the server can judge cost a query, so they are asked about together, at most this often. */
const ASK_MS = 1_500
/** Minimum delay before a failed page is requested again. */
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
  /** Incremented by everything that makes the running request useless. */
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
    // Re-reading uses larger pages.
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
    // Rows guessed from the previous query mean nothing if this one cannot be answered.
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
    // Include the page that failed, even if the reader has scrolled away from it.
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

/** Whether the same request may succeed later. */
export function mayPass({ code }: Problem): boolean {
  return code === 'unreachable' || (code !== 'unreadable' && isPassing(code))
}
