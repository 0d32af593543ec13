// Recently opened tickets in their last known state. When a person opens such a ticket again, this state is shown at once and then updated.

import type { TicketView } from '../protocol/model.ts'
import type { Timeline } from '../timeline/state.ts'

export interface Opened {
  readonly ticket: TicketView
  readonly timeline: Timeline
}

/** The recently opened tickets of the signed-in person. */
export interface OpenedTickets {
  /** Finds a recently opened ticket by its id or its number. */
  find(ref: string): Opened | null
  /** Remembers a ticket and its timeline. If `timeline` is null, forgets the ticket. */
  keep(ticket: TicketView, timeline: Timeline | null): void
}

const KEPT_MAX = 8

export function createOpenedTickets(): OpenedTickets {
  const kept = new Map<string, Opened>()
  return {
    find: (ref) => [...kept.values()].find(({ ticket }) => ticket.id === ref || ticket.ticket_number === ref) ?? null,
    keep(ticket, timeline) {
      kept.delete(ticket.id)
      // Leave out the timeline's temporary state (pending messages and running requests). When the ticket is opened again, the outbox adds
      // the pending messages, and new requests are sent.
      if (timeline !== null && timeline.position !== null) kept.set(ticket.id, { ticket, timeline: { ...timeline, pending: [], syncing: false, answering: null, hole: false } })
      for (const id of kept.keys()) if (kept.size > KEPT_MAX) kept.delete(id)
    },
  }
}
