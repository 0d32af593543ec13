// The newest known state of every ticket, including this person's read position, from pushes and responses.

import { signal, type ReadonlySignal } from '@preact/signals'
import type { TicketView } from '../protocol/model.ts'
import { isVisible } from './visibility.ts'

export interface TicketCollection<T extends TicketView> {
  /** Incremented whenever a ticket changes. Read it before `get` or `values`, so that a component re-renders on changes. */
  readonly version: ReadonlySignal<number>
  get(id: string): T | undefined
  values(): Iterable<T>
  /**
   * Returns the ticket with this person's known read position. Pushed tickets have no read position, and responses may have an outdated
   * one.
   */
  marked(ticket: T): T
  /** Stores a ticket from a push or a response, and returns it with the known read position. Returns null if a newer state is known. */
  take(ticket: T): T | null
  /** Records that this person has read up to `seq`. Returns the updated ticket, or undefined if the ticket is not known. */
  read(id: string, seq: number): T | undefined
  /** Sets which ticket is open. The open ticket counts as read while it is visible. Returns its updated state, if known. */
  setOpen(id: string | null): T | undefined
  /** Call this when the open ticket becomes visible again. Marks it as read and returns it. */
  look(): T | undefined
  /** Forgets one ticket, because its known state is from before a restore of the database. */
  forget(id: string): void
  /** Forgets all tickets. Call this after a restore of the database, because the known sequence numbers are invalid then. */
  reset(): void
}

interface CollectionParts {
  /** Whether the person can see the open ticket at this moment. */
  readonly isLooking?: () => boolean
  readonly max?: number
}

/** Maximum number of tickets to keep, because a console may stay open for days. The least recently updated tickets are dropped first. */
const KNOWN_MAX = 50_000

export function createTicketCollection<T extends TicketView>({ isLooking = isVisible, max = KNOWN_MAX }: CollectionParts = {}): TicketCollection<T> {
  const known = new Map<string, T>()
  const version = signal(0)
  let openId: string | null = null

  const withRead = (ticket: T, seq: number): T => (seq <= ticket.read_seq ? ticket : { ...ticket, read_seq: seq })
  const marked = (ticket: T) => withRead(ticket, Math.max(known.get(ticket.id)?.read_seq ?? 0, ticket.id === openId && isLooking() ? ticket.seq : 0))
  const put = (ticket: T): T => {
    known.delete(ticket.id)
    known.set(ticket.id, ticket)
    for (const id of known.keys()) {
      if (known.size <= max) break
      if (id !== openId) known.delete(id)
    }
    version.value++
    return ticket
  }
  const look = () => {
    const ticket = known.get(openId ?? '')
    return ticket === undefined ? undefined : put(marked(ticket))
  }
  return {
    version, marked, look,
    get: (id) => known.get(id),
    values: () => known.values(),
    take: (ticket) => ((known.get(ticket.id)?.seq ?? 0) > ticket.seq ? null : put(marked(ticket))),
    read(id, seq) {
      const ticket = known.get(id)
      return ticket === undefined ? undefined : put(withRead(ticket, seq))
    },
    setOpen(id) {
      openId = id
      return look()
    },
    forget(id) {
      if (known.delete(id)) version.value++
    },
    reset() {
      known.clear()
      version.value++
    },
  }
}
