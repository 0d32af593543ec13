// What a ticket's own events say of its facts, before the server is asked for the whole.

import { CATEGORIES, PRIORITIES, STATUSES, type Status } from '../protocol/generated.ts'
import type { HistoryEvent, TicketView } from '../protocol/model.ts'
import { word } from '../protocol/narrow.ts'

/** The ticket after the event, as far as the event says. */
export function withEvent<T extends TicketView>(ticket: T, event: HistoryEvent): T {
  if (event.seq <= ticket.seq) return ticket
  const moved = { ...ticket, seq: event.seq, last_activity_at: event.at }
  const status = statusAfter(event)
  const priority = event.kind === 'priority_changed' ? word(PRIORITIES, event.new_value) : null
  const category = event.kind === 'category_changed' ? word(CATEGORIES, event.new_value) : null
  return { ...moved, status: status ?? moved.status, priority: priority ?? moved.priority, category: category ?? moved.category }
}

function statusAfter(event: HistoryEvent): Status | null {
  switch (event.kind) {
    case 'status_changed': return word(STATUSES, event.new_value)
    case 'resolved': return 'resolved'
    case 'closed': return 'closed'
    case 'escalated': return 'escalated'
    case 'reopened': return word(STATUSES, event.new_value) ?? 'open'
    default: return null
  }
}

/** The customer's name by this event, where the ticket has another; null: it has this one. A rename leaves no event of its own. */
export function renamedTo(ticket: TicketView, { actor }: HistoryEvent): string | null {
  return ticket.side === 'staff' && actor.type === 'customer' && actor.name !== null && actor.name !== ticket.customer_name ? actor.name : null
}

/** Whether facts changed that the event alone does not tell (an assignee's name, a rating's comment, times). */
export function changesFacts(event: HistoryEvent): boolean {
  switch (event.kind) {
    case 'message_added':
    case 'internal_note_added':
    case 'message_edited':
    case 'message_redacted':
    case 'note_edited':
    case 'note_redacted':
    case 'logged': return false
    default: return true
  }
}
