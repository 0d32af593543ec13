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
 * Something of others stands behind what was read: a message, or a change such as an end or an assignment. The same counts for the server's
 * `GET /v1/me/unread`, which leaves out archived tickets, and takes what one did oneself into `read_seq`.
 */
export function isUnread({ seq, read_seq, archived_at }: Pick<TicketView, 'seq' | 'read_seq' | 'archived_at'>, me: Standing = {}): boolean {
  return me.isOpen !== true && (me.isMarked === true || (archived_at === null && seq > read_seq))
}
