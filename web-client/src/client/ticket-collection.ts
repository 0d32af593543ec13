// All known tickets, in their newest state, with how far this person has read, from whatever source.

import { signal, type ReadonlySignal } from '@preact/signals'
import type { TicketView } from '../protocol/model.ts'
import { isVisible } from './visibility.ts'

export interface TicketCollection<T extends TicketView> {
  /** Incremented by every change; read it before `get` and `values`. */
  readonly version: ReadonlySignal<number>
  get(id: string): T | undefined
  values(): Iterable<T>
  /** The same state with this person's read position as far as known: pushes do not contain it, and answers may have an older one. */
  marked(ticket: T): T
  /** Takes a state from any source and returns it as `marked` does. Null if a newer state is known. */
  take(ticket: T): T | null
  /** This person has read up to `seq`. Returns the updated ticket, if it is known. */
  read(id: string, seq: number): T | undefined
  /** Sets the open ticket, which counts as read while it is visible. Returns it. */
  setOpen(id: string | null): T | undefined
  /** The open ticket is visible again. Returns it. */
  look(): T | undefined
  /** Forgets a ticket whose known state belongs to another history. */
  forget(id: string): void
  /** Forgets everything: the database was restored to an earlier state, and known sequence numbers mean nothing. */
  reset(): void
}

interface CollectionParts {
  /** Whether the person sees the open ticket now. */
  readonly isLooking?: () => boolean
  readonly max?: number
}

/** Upper bound for a console that runs for days; the least recently updated tickets are dropped first. */
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
