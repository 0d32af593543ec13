// Whether a ticket is unread. Lists, counts, the tab's title and the widget's badge all use the rule in this file. Pure functions.

import type { TicketView } from '../protocol/model.ts'

/** What the rule for unread tickets must know in addition to the ticket itself. */
export interface Standing {
  /** Whether the ticket is open and visible to the person. */
  readonly isOpen?: boolean
  /** Whether the person marked the ticket as unread. */
  readonly isMarked?: boolean
}

/**
 * A ticket is unread if another person caused an event after the read position, such as a message or a status change. The server's `GET
 * /v1/me/unread` uses the same rule and skips archived tickets. The server moves `read_seq` past a person's own events. For customers, the
 * server also moves `read_seq` past changes of assignee, priority or category.
 */
export function isUnread({ seq, read_seq, archived_at }: Pick<TicketView, 'seq' | 'read_seq' | 'archived_at'>, me: Standing = {}): boolean {
  return me.isOpen !== true && (me.isMarked === true || (archived_at === null && seq > read_seq))
}
