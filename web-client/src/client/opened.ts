// Recently opened tickets in their last state: shown at once when opened again, then brought up to date.

import type { TicketView } from '../protocol/model.ts'
import type { Timeline } from '../timeline/state.ts'

export interface Opened {
  readonly ticket: TicketView
  readonly timeline: Timeline
}

/** The recently opened tickets of one person's client. */
export interface OpenedTickets {
  /** Finds a ticket by its id or number. */
  find(ref: string): Opened | null
  /** Keeps a ticket; if `timeline` is null, forgets it. */
  keep(ticket: TicketView, timeline: Timeline | null): void
}

const KEPT_MAX = 8

export function createOpenedTickets(): OpenedTickets {
  const kept = new Map<string, Opened>()
  return {
    find: (ref) => [...kept.values()].find(({ ticket }) => ticket.id === ref || ticket.ticket_number === ref) ?? null,
    keep(ticket, timeline) {
      kept.delete(ticket.id)
      // The outbox reports pending messages itself, and an interrupted answer is requested again.
      if (timeline !== null && timeline.position !== null) kept.set(ticket.id, { ticket, timeline: { ...timeline, pending: [], syncing: false, answering: null, hole: false } })
      for (const id of kept.keys()) if (kept.size > KEPT_MAX) kept.delete(id)
    },
  }
}
