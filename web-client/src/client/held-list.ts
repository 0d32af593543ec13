// A sorted list that can be held while it is being read: facts change in place and rows are added at its end, but no shown row moves. Pure.

import type { Sortable, SortedList } from './sorted-list.ts'

export interface HeldList<T> extends SortedList<T> {
  /** The ids to show, in order. */
  shown(): readonly string[]
  /** A ticket that is listed, or still shown although it has left the list. */
  look(id: string): T | undefined
  /** How many tickets stand elsewhere than they are shown. */
  count(): number
  hold(on: boolean): void
  /** Everything takes its place now; gives the tickets that stand elsewhere than they were shown. */
  release(): ReadonlySet<string>
  /** Rows that were asked for are shown behind the last one. */
  append(ids: readonly string[]): void
}

interface Held<T> {
  order: readonly string[]
  readonly shown: Set<string>
  /** Changed tickets as they were when they were shown; null: they were not. */
  readonly before: Map<string, T | null>
  readonly moved: Set<string>
}

export function createHeldList<T extends Sortable>(list: SortedList<T>, isHeld: boolean): HeldList<T> {
  let held: Held<T> | null = null
  /** Shown although they have left the list. */
  const leaving = new Map<string, T>()

  const keepStill = () => {
    leaving.clear()
    held = { order: list.ids(), shown: new Set(list.ids()), before: new Map(), moved: new Set() }
  }
  /** Changes a row, and notes whether it stands elsewhere than it is shown. */
  const change = (id: string, act: () => void) => {
    if (held === null) return act()
    const { shown, before, moved } = held
    if (!before.has(id)) before.set(id, shown.has(id) ? (list.get(id) ?? null) : null)
    act()
    const [was, is] = [before.get(id) ?? null, list.get(id) ?? null]
    if (was === is || (was !== null && is !== null && list.compare(was, is) === 0)) moved.delete(id)
    else moved.add(id)
    // There is nothing to be disturbed.
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
