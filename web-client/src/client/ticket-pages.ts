// A server's list that is read page by page while it changes: combines pages and live changes in the server's order. Pure. Pages decide as far as
// they reach; a live change beyond that is left to the page that will reach it. A page's state of a ticket counts, unless a live change arrived after
// the page was requested: the page may be older.

import type { Page } from '../protocol/model.ts'
import type { Sortable, SortedList } from './sorted-list.ts'

export interface Listed extends Sortable {
  readonly seq: number
  readonly read_seq: number
}

/** Whether a changed ticket belongs in the list; `ask`: only the server can tell. */
export type Verdict = 'in' | 'out' | 'ask'

/** `before`: the ticket's state in the list. */
export type Judge<T> = (ticket: T, before: T | undefined) => Verdict

/** The page to request: the next one, or a part that was read before and may have changed since. */
export interface Due {
  readonly isNext: boolean
  readonly cursor: string | null
}

export interface TicketPages<T> {
  hasMore(): boolean
  /** Starts re-reading: what was read may have changed without a push. */
  restart(): void
  due(wantsMore: boolean): Due | null
  /** Call when the request for a page is sent. */
  asked(due: Due): void
  /** Takes a page; returns the ids that it added after those of earlier pages. */
  arrived(due: Due, page: Page<T>): readonly string[]
  /** Takes a pushed change. */
  heard(ticket: T): void
  /** Takes a ticket from another answer, which may be older than the known state. Adds no ticket to the list. */
  told(ticket: T): void
  /** Whether there are changed tickets that only re-reading can judge. */
  isUnsure(): boolean
}

/** How far pages reach: nowhere, up to the place of a ticket, or to the end. */
type Reach<T> = 'nowhere' | T | 'end'

/** `rows` may already contain tickets that are known to fit; they stay until the first page decides. */
export function createTicketPages<T extends Listed>(rows: SortedList<T>, judge: Judge<T>): TicketPages<T> {
  let reach: Reach<T> = 'nowhere'
  let cursor: string | null = null
  /** How far re-reading has come; null if there is nothing to re-read. */
  let again: { readonly place: T | null; readonly cursor: string | null } | null = { place: null, cursor: null }
  /** Tickets that arrived since the running request was sent. */
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
  /** Pages now reach as far as `to`; or re-reading does, if it has not caught up yet. */
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
      // Tickets that arrive after the last row in the meantime are left to the pages, as everywhere else.
      reach = rows.get(rows.ids().at(-1) ?? '') ?? 'nowhere'
    },
    due(wantsMore) {
      if (again !== null) return { isNext: false, cursor: again.cursor }
      return cursor !== null && wantsMore ? { isNext: true, cursor } : null
    },
    asked(due) {
      since = new Map()
      // This re-read decides the tickets that were unsure until now.
      if (!due.isNext && due.cursor === null) unsure.clear()
    },
    arrived(due, { items, next_cursor }) {
      const meanwhile = since
      since = null
      const last = items.at(-1)
      // This client cannot decode any ticket of the page (newer kinds), so the page does not tell how far it reaches.
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
