// The earlier texts of edited messages.

import type { TicketMessage } from '../protocol/model.ts'
import { isRevision } from './reduce.ts'
import type { Timeline } from './state.ts'

/** An earlier text of a message. `at` is the time from which the message had this text. */
export interface Version {
  readonly at: string
  readonly text: string
}

/** Returns the earlier texts of a message, oldest first. Empty if the text was removed. Only staff receive earlier texts. */
export function earlier(timeline: Timeline, message: TicketMessage): readonly Version[] {
  if (message.redacted_at !== null) return []
  const found: Version[] = []
  let at = message.created_at
  for (const event of timeline.events) {
    if (event.message?.id !== message.id || !isRevision(event)) continue
    if (event.old_value !== null) found.push({ at, text: event.old_value })
    at = event.at
  }
  return found
}
