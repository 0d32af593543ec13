// A server's list that is read page by page while it changes: what the pages bring and what is heard live, together in the server's
// order. Pure. Pages decide as far as they reach; a ticket that is heard of behind that is left to the page that will reach it. What a
// page says of a ticket counts, unless the ticket was heard of after the page was asked for: the page may be older than that.

import type { Page } from '../protocol/model.ts'
import type { Sortable, SortedList } from './sorted-list.ts'

export interface Listed extends Sortable {
  readonly seq: number
  readonly read_seq: number
}

/** Whether a ticket that was heard of is in the list; `ask`: only the server can tell. */
export type Verdict = 'in' | 'out' | 'ask'

/** `before`: the ticket as it stands in the list. */
export type Judge<T> = (ticket: T, before: T | undefined) => Verdict

/** The page to ask for: the next one, or a part of what had been read before and may have changed since. */
export interface Due {
  readonly isNext: boolean
  readonly cursor: string | null
}

export interface TicketPages<T> {
  hasMore(): boolean
  /** What was read may have changed unheard: it is read again. */
  restart(): void
  due(wantsMore: boolean): Due | null
  /** The request for a page leaves now. */
  asked(due: Due): void
  /** Gives the ids that it brought behind those of the pages before. */
  arrived(due: Due, page: Page<T>): readonly string[]
  /** A change, told as it happens. */
  heard(ticket: T): void
  /** What another answer says of a ticket, which may be older than what is known. It brings no ticket into the list. */
  told(ticket: T): void
  /** Whether tickets were heard of that only reading again can judge. */
  isUnsure(): boolean
}

/** How far pages reach: nowhere, as far as the place of a ticket, to the end. */
type Reach<T> = 'nowhere' | T | 'end'

/** `rows` may hold what is known to fit: it stays until the first page decides. */
export function createTicketPages<T extends Listed>(rows: SortedList<T>, judge: Judge<T>): TicketPages<T> {
  let reach: Reach<T> = 'nowhere'
  let cursor: string | null = null
  /** How far reading again has come; null: there is nothing to read again. */
  let again: { readonly place: T | null; readonly cursor: string | null } | null = { place: null, cursor: null }
  /** What came since the request under way left. */
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
  /** Pages reach as far as `to` now; or reading again does, which has not caught up yet. */
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
      // What comes in behind the last row meanwhile is left to the pages, as it is everywhere else.
      reach = rows.get(rows.ids().at(-1) ?? '') ?? 'nowhere'
    },
    due(wantsMore) {
      if (again !== null) return { isNext: false, cursor: again.cursor }
      return cursor !== null && wantsMore ? { isNext: true, cursor } : null
    },
    asked(due) {
      since = new Map()
      // What was unsure until now, this reading decides.
      if (!due.isNext && due.cursor === null) unsure.clear()
    },
    arrived(due, { items, next_cursor }) {
      const meanwhile = since
      since = null
      const last = items.at(-1)
      // Tickets of kinds that are newer than this client cannot be read: the page reaches somewhere, but it does not say where.
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
