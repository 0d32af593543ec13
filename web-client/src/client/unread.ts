// When a ticket is unread: one rule for rows, counts, the tab's title and the widget's badge. Pure.

import type { TicketView } from '../protocol/model.ts'

/** A person's relation to a ticket. */
export interface Standing {
  /** The ticket is open in front of them. */
  readonly isOpen?: boolean
  /** They marked it as unread. */
  readonly isMarked?: boolean
}

/**
 * A ticket is unread if it has an event of others after the read position: a message, or a change such as an end. The server's `GET /v1/me/unread`
 * uses the same rule and leaves out archived tickets. The server's `read_seq` includes a person's own actions and, for customers, changes of how the
 * team sorts its work.
 */
export function isUnread({ seq, read_seq, archived_at }: Pick<TicketView, 'seq' | 'read_seq' | 'archived_at'>, me: Standing = {}): boolean {
  return me.isOpen !== true && (me.isMarked === true || (archived_at === null && seq > read_seq))
}
