// When a ticket is unread: one rule for rows, counts, the tab's title and the widget's badge. Pure.

import type { TicketView } from '../protocol/model.ts'

/** How a person stands to a ticket. */
export interface Standing {
  /** It lies open before them. */
  readonly isOpen?: boolean
  /** They want it to count as unread. */
  readonly isMarked?: boolean
}

/**
 * Something of others stands behind what was read: a message, or a change such as an end. The same counts for the server's `GET /v1/me/unread`,
 * which leaves out archived tickets. The server takes into `read_seq` what one did oneself and, for a customer, how the team sorts its work.
 */
export function isUnread({ seq, read_seq, archived_at }: Pick<TicketView, 'seq' | 'read_seq' | 'archived_at'>, me: Standing = {}): boolean {
  return me.isOpen !== true && (me.isMarked === true || (archived_at === null && seq > read_seq))
}
