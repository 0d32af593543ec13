// Tickets that were open lately, as they stood: shown at once when they are opened again, and brought up to date from there.

import type { TicketView } from '../protocol/model.ts'
import type { Timeline } from '../timeline/state.ts'

export interface Opened {
  readonly ticket: TicketView
  readonly timeline: Timeline
}

const KEPT_MAX = 8
/** By whose client they were read: they go with it. */
const kept = new WeakMap<object, Map<string, Opened>>()

/** `ref`: an id or a number. */
export function openedBefore(client: object, ref: string): Opened | null {
  return [...(kept.get(client)?.values() ?? [])].find(({ ticket }) => ticket.id === ref || ticket.ticket_number === ref) ?? null
}

/** `timeline` null: it is gone. */
export function keepOpened(client: object, ticket: TicketView, timeline: Timeline | null): void {
  const mine = kept.get(client) ?? new Map<string, Opened>()
  kept.set(client, mine)
  mine.delete(ticket.id)
  // What waits to be sent is the outbox's to tell, and what a broken answer had begun is asked for anew.
  if (timeline !== null && timeline.position !== null) mine.set(ticket.id, { ticket, timeline: { ...timeline, pending: [], syncing: false, answering: null, hole: false } })
  for (const id of mine.keys()) if (mine.size > KEPT_MAX) mine.delete(id)
}
