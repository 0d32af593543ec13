// Keeps tens of thousands of tickets in the server's order. Adding, changing or removing one ticket is cheap. No I/O.

export const SORTS = ['last_activity', 'created', 'oldest', 'waiting'] as const
export type Sort = (typeof SORTS)[number]

/** The ticket fields that the sort orders use. */
export interface Sortable {
  readonly id: string
  readonly created_at: string
  readonly last_activity_at: string
  readonly waiting_since?: string | null
}

export interface SortedList<T> {
  get(id: string): T | undefined
  /** The ticket ids in sort order. Returns the same array until the list changes. */
  ids(): readonly string[]
  put(ticket: T): void
  /** Removes a ticket. `now` is the ticket's new state, which no longer belongs in this list. */
  remove(id: string, now?: T): void
  /** Negative if `a` is sorted before `b`, positive if after. Zero if their order is equal. */
  compare(a: T, b: T): number
  /**
   * The ids that are sorted after `after`, up to and including `to`. If `after` is null, begins at the start of the list. If `to` is null,
   * continues to the end.
   */
  between(after: T | null, to: T | null): readonly string[]
}

export function createSortedList<T extends Sortable>(sort: Sort): SortedList<T> {
  const rows = new Map<string, T>()
  let order: string[] = []
  let isShared = false
  // Compares like the server: tickets with equal times are ordered by id, in the same direction as the times.
  const compare = (a: T, b: T): number => {
    // The longest wait comes first. Tickets whose customer is not waiting come last.
    if (sort === 'waiting') return compareWaits(a.waiting_since ?? null, b.waiting_since ?? null) || compareTexts(a.id, b.id)
    const order = sort === 'last_activity' ? compareTimes(a.last_activity_at, b.last_activity_at) : compareTimes(a.created_at, b.created_at)
    return (order || compareTexts(a.id, b.id)) * (sort === 'oldest' ? 1 : -1)
  }
  /** Binary search: the index at which `ticket` belongs. With `past`, the index after all tickets with an equal order. */
  const indexOf = (ticket: T, past = false): number => {
    let [low, high] = [0, order.length]
    while (low < high) {
      const middle = (low + high) >> 1
      const there = rows.get(order[middle] ?? '')
      const difference = there === undefined ? 1 : compare(there, ticket)
      if (difference < 0 || (past && difference === 0)) low = middle + 1
      else high = middle
    }
    return low
  }
  const splice = (at: number, removed: number, ...added: readonly string[]) => {
    if (isShared) order = [...order]
    isShared = false
    order.splice(at, removed, ...added)
  }
  const remove = (id: string) => {
    const before = rows.get(id)
    if (before === undefined) return
    splice(indexOf(before), 1)
    rows.delete(id)
  }
  return {
    get: (id) => rows.get(id),
    ids() {
      isShared = true
      return order
    },
    put(ticket) {
      const before = rows.get(ticket.id)
      if (before === undefined || compare(before, ticket) !== 0) {
        remove(ticket.id)
        splice(indexOf(ticket), 0, ticket.id)
      }
      rows.set(ticket.id, ticket)
    },
    remove,
    compare,
    between: (after, to) => order.slice(after === null ? 0 : indexOf(after, true), to === null ? order.length : indexOf(to, true)),
  }
}

function compareWaits(a: string | null, b: string | null): number {
  return a === null || b === null ? Number(a === null) - Number(b === null) : compareTimes(a, b)
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/**
 * Compares two ISO 8601 times. The server omits trailing zeros of fractional seconds, so times of different lengths cannot be compared as
 * strings.
 */
export function compareTimes(a: string, b: string): number {
  return a.length === b.length ? compareTexts(a, b) : compareTexts(whole(a), whole(b))
}

function whole(time: string): string {
  const [seconds = '', fraction = ''] = time.replace('Z', '').split('.')
  return seconds + fraction.padEnd(9, '0')
}
