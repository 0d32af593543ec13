// Fills in inbox frames. The server sends a whole ticket once; while only its place in the list changes, it sends only the place.

import { LIMITS } from '../protocol/generated.ts'
import type { ServerFrame, StaffView } from '../protocol/model.ts'

export type InboxFrame = Extract<ServerFrame, { type: 'inbox' }>

export interface InboxRows {
  /** Returns the frame with whole tickets, all of them in `tickets`. */
  fill(frame: InboxFrame): InboxFrame
}

export function createInboxRows(): InboxRows {
  // In the order of arrival, so that the first row is the oldest.
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
