// Every ticket that was heard of, in its newest state and with how far this person has read, wherever either was told.

import { signal, type ReadonlySignal } from '@preact/signals'
import type { TicketView } from '../protocol/model.ts'
import { isVisible } from './visibility.ts'

export interface TicketCollection<T extends TicketView> {
  /** Counts every change; to be read before `get` and `values`. */
  readonly version: ReadonlySignal<number>
  get(id: string): T | undefined
  values(): Iterable<T>
  /** The same state, with how far this person has read by all that is known: a push does not tell it, and an answer may be older than it. */
  marked(ticket: T): T
  /** A state from wherever; gives it as `marked` does. Null: a newer one is known. */
  take(ticket: T): T | null
  /** This person has read so far. Gives the ticket as it stands then, if it is known. */
  read(id: string, seq: number): T | undefined
  /** Which one lies open: it counts as read as it stands, while it is looked at. Gives it. */
  setOpen(id: string | null): T | undefined
  /** The open one is looked at again. */
  look(): T | undefined
  /** What is known of a ticket is of another history. */
  forget(id: string): void
  /** The histories went back in time: numbers of before say nothing. */
  reset(): void
}

interface CollectionParts {
  /** Whether the person sees the open ticket now. */
  readonly isLooking?: () => boolean
  readonly max?: number
}

/** A desk that runs for days tells of more tickets than anybody lists: those that were heard of least lately give way. */
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
