// A sorted list that can be held while it is being read: tickets are updated in place and rows are added at the end, but no visible row moves. Pure.

import type { Sortable, SortedList } from './sorted-list.ts'

export interface HeldList<T> extends SortedList<T> {
  /** The ids to show, in order. */
  shown(): readonly string[]
  /** Returns a ticket that is listed, or that is still shown although it has left the list. */
  look(id: string): T | undefined
  /** The number of tickets whose shown place differs from their real place. */
  count(): number
  hold(on: boolean): void
  /** Moves every row to its real place; returns the ids of those that were elsewhere. */
  release(): ReadonlySet<string>
  /** Shows requested rows after the last one. */
  append(ids: readonly string[]): void
}

interface Held<T> {
  order: readonly string[]
  readonly shown: Set<string>
  /** Changed tickets in the state in which they were shown; null for those that were not shown. */
  readonly before: Map<string, T | null>
  readonly moved: Set<string>
}

export function createHeldList<T extends Sortable>(list: SortedList<T>, isHeld: boolean): HeldList<T> {
  let held: Held<T> | null = null
  /** Tickets still shown although they have left the list. */
  const leaving = new Map<string, T>()

  const keepStill = () => {
    leaving.clear()
    held = { order: list.ids(), shown: new Set(list.ids()), before: new Map(), moved: new Set() }
  }
  /** Applies a change, and notes whether the ticket's real place now differs from its shown place. */
  const change = (id: string, act: () => void) => {
    if (held === null) return act()
    const { shown, before, moved } = held
    if (!before.has(id)) before.set(id, shown.has(id) ? (list.get(id) ?? null) : null)
    act()
    const [was, is] = [before.get(id) ?? null, list.get(id) ?? null]
    if (was === is || (was !== null && is !== null && list.compare(was, is) === 0)) moved.delete(id)
    else moved.add(id)
    // No rows are shown, so none can jump.
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
