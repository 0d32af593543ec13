// Combines pages of a server's list with pushed changes, in the server's order. No I/O. Pushed changes beyond the last loaded page are
// ignored, because a later page will contain them. A loaded page overwrites known tickets, except those pushed after the page was
// requested.

import type { Page } from '../protocol/model.ts'
import type { Sortable, SortedList } from './sorted-list.ts'

export interface Listed extends Sortable {
  readonly seq: number
  readonly read_seq: number
}

/** Whether a changed ticket belongs in the list. `ask`: only the server can decide. */
export type Verdict = 'in' | 'out' | 'ask'

/** Decides whether a changed ticket belongs in the list. `before` is the ticket's state in the list; undefined if it was not listed. */
export type Judge<T> = (ticket: T, before: T | undefined) => Verdict

/** The next page of the ticket list to request. If `isNext` is false, a loaded page is reloaded because it may have changed. */
export interface Due {
  readonly isNext: boolean
  readonly cursor: string | null
}

export interface TicketPages<T> {
  hasMore(): boolean
  /** Starts reloading all loaded pages from the beginning, because changes may have been missed. */
  restart(): void
  due(wantsMore: boolean): Due | null
  /** Call this when the request for a page is sent. */
  asked(due: Due): void
  /** Applies a loaded page. Returns the ids of the rows that it appended to the list. */
  arrived(due: Due, page: Page<T>): readonly string[]
  /** Applies a ticket that the server has pushed. */
  heard(ticket: T): void
  /**
   * Applies a ticket from the response to an unrelated request. Ignores the ticket if it is not in the list or if the list has a newer
   * state.
   */
  told(ticket: T): void
  /** Whether the pages must be reloaded because the list position of some changed tickets is unknown. */
  isUnsure(): boolean
}

/** How far the loaded pages reach in the sort order: nowhere, up to and including a ticket, or to the end of the list. */
type Reach<T> = 'nowhere' | T | 'end'

/** Creates the pages of one list. `rows` may already contain tickets, which stay until the first page arrives. */
export function createTicketPages<T extends Listed>(rows: SortedList<T>, judge: Judge<T>): TicketPages<T> {
  let reach: Reach<T> = 'nowhere'
  let cursor: string | null = null
  /** The place in the list up to which the pages have been reloaded. Null if no reload is in progress. */
  let again: { readonly place: T | null; readonly cursor: string | null } | null = { place: null, cursor: null }
  /** Tickets that arrived by push or response since the running page request was sent. `isNews`: the ticket was pushed. */
  let since: Map<string, { readonly ticket: T; readonly isNews: boolean }> | null = null
  const unsure = new Set<string>()

  const placeOf = (of: Reach<T>): T | null => (typeof of === 'string' ? null : of)
  const isWithin = (ticket: T, limit: Reach<T>): boolean => limit === 'end' || (limit !== 'nowhere' && rows.compare(ticket, limit) <= 0)

  const place = (ticket: T) => {
    const before = rows.get(ticket.id)
    const isHere = isWithin(ticket, reach) || (reach === 'nowhere' && before !== undefined)
    const verdict = isHere ? judge(ticket, before) : 'out'
    if (verdict === 'ask') unsure.add(ticket.id)
    if (verdict === 'in') rows.put(ticket)
    else rows.remove(ticket.id, ticket)
  }
  /** Records `to` as the place in the list up to which pages are loaded or, during a reload, up to which they are reloaded. */
  const advance = ({ isNext }: Due, to: Reach<T>, next: string | null) => {
    const target = placeOf(reach)
    if (!isNext && to !== 'end' && to !== 'nowhere' && target !== null && rows.compare(to, target) < 0) {
      again = { place: to, cursor: next }
      return
    }
    again = null
    reach = to
    cursor = next
  }

  return {
    hasMore: () => cursor !== null,
    restart() {
      again = { place: null, cursor: null }
      if (reach !== 'end') return
      // During the reload of the list's pages, ignore pushed tickets that are sorted after the last row. The reloaded pages will contain
      // these tickets.
      reach = rows.get(rows.ids().at(-1) ?? '') ?? 'nowhere'
    },
    due(wantsMore) {
      if (again !== null) return { isNext: false, cursor: again.cursor }
      return cursor !== null && wantsMore ? { isNext: true, cursor } : null
    },
    asked(due) {
      since = new Map()
      // `unsure` has the tickets of which only the server knows whether they belong in the list. A reload from the first page shows this.
      if (!due.isNext && due.cursor === null) unsure.clear()
    },
    arrived(due, { items, next_cursor }) {
      const meanwhile = since
      since = null
      const last = items.at(-1)
      // This client could decode no ticket of the page, for example because a newer server sent it. Without a last ticket, it is unknown
      // how far the page reaches.
      if (last === undefined && next_cursor !== null) {
        if (due.isNext) cursor = next_cursor
        else again = { place: again?.place ?? null, cursor: next_cursor }
        return []
      }
      const [isFirst, reached] = [reach === 'nowhere', placeOf(reach)]
      const to: Reach<T> = next_cursor === null || last === undefined ? 'end' : last
      const brought = new Set(items.map((one) => one.id))
      const covered = isFirst ? [...rows.ids()] : rows.between(due.isNext ? reached : (again?.place ?? null), placeOf(to))
      for (const id of covered) if (!brought.has(id)) rows.remove(id)
      advance(due, to, next_cursor)
      for (const item of items) {
        rows.put(item)
        const newer = meanwhile?.get(item.id)?.ticket
        if (newer !== undefined && newer.seq > item.seq) place({ ...newer, read_seq: Math.max(newer.read_seq, item.read_seq) })
      }
      for (const { ticket, isNews } of meanwhile?.values() ?? []) if (isNews && !brought.has(ticket.id)) place(ticket)
      return rows.between(reached, placeOf(reach))
    },
    heard(ticket) {
      const before = rows.get(ticket.id)
      if (before !== undefined && before.seq > ticket.seq) return
      since?.set(ticket.id, { ticket, isNews: true })
      place(ticket)
    },
    told(ticket) {
      const before = rows.get(ticket.id)
      if (before === undefined || before.seq > ticket.seq) return
      since?.set(ticket.id, { ticket, isNews: since.get(ticket.id)?.isNews === true })
      place(ticket)
    },
    isUnsure: () => unsure.size > 0,
  }
}
