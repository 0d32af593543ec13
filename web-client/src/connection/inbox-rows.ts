// Fills in the missing ticket fields of inbox frames, which carry changed tickets. The server sends all fields of a ticket only once. While
// only the ticket's place in the list changes, the server sends only the new place.

import { LIMITS } from '../protocol/generated.ts'
import type { ServerFrame, StaffView } from '../protocol/model.ts'

export type InboxFrame = Extract<ServerFrame, { type: 'inbox' }>

export interface InboxRows {
  /** Returns the frame with the full data of all its tickets in the field `tickets`. */
  fill(frame: InboxFrame): InboxFrame
}

export function createInboxRows(): InboxRows {
  // The known tickets by id. Updating a ticket moves it to the end, so the first entry is the least recently updated.
  const rows = new Map<string, StaffView>()
  const keep = (row: StaffView) => {
    rows.delete(row.id)
    rows.set(row.id, row)
    if (rows.size > LIMITS.inbox_known_max) for (const oldest of rows.keys()) return void rows.delete(oldest)
  }
  return {
    fill(frame) {
      const moved = frame.moved.flatMap((place) => {
        const known = rows.get(place.id)
        return known === undefined ? [] : [{ ...known, ...place }]
      })
      const tickets = [...frame.tickets, ...moved]
      for (const row of tickets) keep(row)
      return { ...frame, tickets, moved: [] }
    },
  }
}
