// Tens of thousands of tickets in order, cheap to change one by one. Pure.

import type { StaffView } from '../protocol/model.ts'

export type Sort = 'last_activity' | 'created' | 'oldest'
export const SORTS = ['last_activity', 'created', 'oldest'] as const satisfies readonly Sort[]

export interface Shelf {
  get(id: string): StaffView | undefined
  /** In order. A new list after each change, the same one until then. */
  ids(): readonly string[]
  put(ticket: StaffView): void
  remove(id: string): void
  /** Whether a ticket would stand at or before the last one. */
  reaches(ticket: StaffView): boolean
}

export function createShelf(sort: Sort): Shelf {
  const held = new Map<string, StaffView>()
  let order: string[] = []
  let shared = false
  const compare = (a: StaffView, b: StaffView): number => {
    const [x, y] = sort === 'last_activity' ? [b.last_activity_at, a.last_activity_at] : sort === 'created' ? [b.created_at, a.created_at] : [a.created_at, b.created_at]
    return x < y ? -1 : x > y ? 1 : a.id < b.id ? -1 : a.id > b.id ? 1 : 0
  }
  /** Where the ticket stands, or would. */
  const placeOf = (ticket: StaffView): number => {
    let [low, high] = [0, order.length]
    while (low < high) {
      const middle = (low + high) >> 1
      const there = held.get(order[middle] ?? '')
      if (there !== undefined && compare(there, ticket) < 0) low = middle + 1
      else high = middle
    }
    return low
  }
  const own = () => {
    if (shared) order = [...order]
    shared = false
  }
  const remove = (id: string) => {
    const before = held.get(id)
    if (before === undefined) return
    own()
    order.splice(placeOf(before), 1)
    held.delete(id)
  }
  return {
    get: (id) => held.get(id),
    ids() {
      shared = true
      return order
    },
    put(ticket) {
      const before = held.get(ticket.id)
      if (before !== undefined && compare(before, ticket) === 0) {
        held.set(ticket.id, ticket)
        return
      }
      remove(ticket.id)
      own()
      order.splice(placeOf(ticket), 0, ticket.id)
      held.set(ticket.id, ticket)
    },
    remove,
    reaches(ticket) {
      const last = held.get(order.at(-1) ?? '')
      return last === undefined || compare(ticket, last) <= 0
    },
  }
}
