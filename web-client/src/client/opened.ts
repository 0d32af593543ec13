// Tickets that were open lately, as they stood: shown at once when they are opened again, and brought up to date from there.

import type { TicketView } from '../protocol/model.ts'
import type { Timeline } from '../timeline/state.ts'

export interface Opened {
  readonly ticket: TicketView
  readonly timeline: Timeline
}

/** One person's: it goes with their client. */
export interface OpenedTickets {
  /** `ref`: an id or a number. */
  find(ref: string): Opened | null
  /** `timeline` null: it is gone. */
  keep(ticket: TicketView, timeline: Timeline | null): void
}

const KEPT_MAX = 8

export function createOpenedTickets(): OpenedTickets {
  const kept = new Map<string, Opened>()
  return {
    find: (ref) => [...kept.values()].find(({ ticket }) => ticket.id === ref || ticket.ticket_number === ref) ?? null,
    keep(ticket, timeline) {
      kept.delete(ticket.id)
      // What waits to be sent is the outbox's to tell, and what a broken answer had begun is asked for anew.
      if (timeline !== null && timeline.position !== null) kept.set(ticket.id, { ticket, timeline: { ...timeline, pending: [], syncing: false, answering: null, hole: false } })
      for (const id of kept.keys()) if (kept.size > KEPT_MAX) kept.delete(id)
    },
  }
}
