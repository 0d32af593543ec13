// A sorted ticket list that can be frozen while a person reads it. While frozen, tickets are updated in place and new pages are added at the end, but
// no visible row moves. Does no I/O.

import type { Sortable, SortedList } from './sorted-list.ts'

export interface HeldList<T> extends SortedList<T> {
  /** The ids of the visible rows, in display order. */
  shown(): readonly string[]
  /** Returns a ticket of the list. Also finds a ticket that has left the list but is still displayed because the list is frozen. */
  look(id: string): T | undefined
  /** The number of tickets whose displayed position differs from their sorted position. */
  count(): number
  hold(on: boolean): void
  /** Moves every row to its sorted position. Returns the ids of the tickets whose position was out of date. */
  release(): ReadonlySet<string>
  /** Adds the rows of a newly loaded page of the list after the last row. */
  append(ids: readonly string[]): void
}

interface Held<T> {
  order: readonly string[]
  readonly shown: Set<string>
  /** For each ticket that changed while the list was frozen, its state before the first such change; null if the ticket was not displayed. */
  readonly before: Map<string, T | null>
  readonly moved: Set<string>
}

export function createHeldList<T extends Sortable>(list: SortedList<T>, isHeld: boolean): HeldList<T> {
  let held: Held<T> | null = null
  /** Tickets that have left the list but are still displayed because the list is frozen. */
  const leaving = new Map<string, T>()

  const keepStill = () => {
    leaving.clear()
    held = { order: list.ids(), shown: new Set(list.ids()), before: new Map(), moved: new Set() }
  }
  /** Applies a change, then records in `moved` whether the ticket's sorted position now differs from its displayed position. */
  const change = (id: string, act: () => void) => {
    if (held === null) return act()
    const { shown, before, moved } = held
    if (!before.has(id)) before.set(id, shown.has(id) ? (list.get(id) ?? null) : null)
    act()
    const [was, is] = [before.get(id) ?? null, list.get(id) ?? null]
    if (was === is || (was !== null && is !== null && list.compare(was, is) === 0)) moved.delete(id)
    else moved.add(id)
    // No rows are displayed, so the new order can be shown at once.
    if (held.order.length === 0) keepStill()
  }
  if (isHeld) keepStill()
  return {
    ...list,
    put: (ticket) => change(ticket.id, () => {
      leaving.delete(ticket.id)
      list.put(ticket)
    }),
    remove: (id, now) => change(id, () => {
      const last = now ?? list.get(id)
      if (held?.shown.has(id) === true && last !== undefined) leaving.set(id, last)
      list.remove(id)
    }),
    shown: () => held?.order ?? list.ids(),
    look: (id) => list.get(id) ?? leaving.get(id),
    count: () => held?.moved.size ?? 0,
    hold(on) {
      if (on) return keepStill()
      held = null
      leaving.clear()
    },
    release() {
      const moved = held?.moved ?? new Set<string>()
      if (held !== null) keepStill()
      return moved
    },
    append(ids) {
      if (held === null) return
      const { shown, before, moved } = held
      const added = ids.filter((id) => !shown.has(id))
      for (const id of added) {
        shown.add(id)
        before.delete(id)
        moved.delete(id)
      }
      held.order = [...held.order, ...added]
    },
  }
}
