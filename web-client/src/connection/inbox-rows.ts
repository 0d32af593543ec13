// All of a ticket is told once; while only its place changes, its place alone. Here the one is kept and the other filled in.

import { LIMITS } from '../protocol/generated.ts'
import type { ServerFrame, StaffView } from '../protocol/model.ts'

export type InboxFrame = Extract<ServerFrame, { type: 'inbox' }>

export interface InboxRows {
  /** The frame with all that it tells in `tickets`, in whole. */
  fill(frame: InboxFrame): InboxFrame
}

export function createInboxRows(): InboxRows {
  // In the order of being told, so that the first is the one to forget.
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
