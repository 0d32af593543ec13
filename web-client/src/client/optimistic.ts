// Updates a ticket's fields from a received event, before the full ticket is loaded again.

import { CATEGORIES, PRIORITIES, STATUSES, type Status } from '../protocol/generated.ts'
import type { HistoryEvent, TicketMessage, TicketView } from '../protocol/model.ts'
import { word } from '../protocol/narrow.ts'

/** Returns the ticket after the event: sets the fields that the event contains, and keeps all other fields. */
export function withEvent<T extends TicketView>(ticket: T, event: HistoryEvent): T {
  if (event.seq <= ticket.seq) return ticket
  const moved = { ...ticket, seq: event.seq, last_activity_at: event.at }
  const status = statusAfter(event)
  const priority = event.kind === 'priority_changed' ? word(PRIORITIES, event.new_value) : null
  const category = event.kind === 'category_changed' ? word(CATEGORIES, event.new_value) : null
  return { ...moved, ...waitsAfter(ticket, event), status: status ?? moved.status, priority: priority ?? moved.priority, category: category ?? moved.category }
}

/**
 * Computes, by the server's rules, how the event changes the ticket's last message and the time since which the customer has been waiting.
 * The next load of the ticket corrects values that this client cannot compute.
 */
function waitsAfter(ticket: TicketView, event: HistoryEvent): Pick<TicketView, 'last_message' | 'waiting_since'> {
  const { last_message, waiting_since } = ticket
  const { kind, message, at } = event
  const byCustomer = event.actor.type === 'customer'
  if (kind === 'message_added' && message !== null) {
    const written = { at, side: byCustomer ? 'customer' as const : 'staff' as const, name: event.actor.name, snippet: snippetOf(message) }
    return { last_message: written, waiting_since: byCustomer ? waiting_since ?? at : event.actor.type === 'admin' ? null : waiting_since }
  }
  if ((kind === 'message_edited' || kind === 'message_redacted') && message !== null && message.created_at === last_message?.at) {
    return { last_message: { ...last_message, snippet: snippetOf(message) }, waiting_since }
  }
  if (kind === 'resolved' || kind === 'closed') return { last_message, waiting_since: null }
  return { last_message, waiting_since: kind === 'reopened' && byCustomer ? waiting_since ?? at : waiting_since }
}

/**
 * Does the same as `snippet` in the Rust crate `core`: makes a single line of at most `SNIPPET_CHARS_MAX` characters. The line of a message
 * without a text has the names of its files.
 */
function snippetOf(message: TicketMessage): string {
  const body = message.body === '' && message.redacted_at === null ? message.attachments.map(({ name }) => name).join(', ') : message.body
  const line = Array.from(body.slice(0, 4 * SNIPPET_CHARS_MAX).split(/[\s\p{Cc}]+/u).filter((part) => part !== '').join(' '))
  return line.length <= SNIPPET_CHARS_MAX ? line.join('') : `${line.slice(0, SNIPPET_CHARS_MAX - 1).join('').trimEnd()}…`
}

const SNIPPET_CHARS_MAX = 120

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

/** Returns the customer's name in this event if it differs from the ticket's; otherwise null. There is no separate event for a rename. */
export function renamedTo(ticket: TicketView, { actor }: HistoryEvent): string | null {
  return ticket.side === 'staff' && actor.type === 'customer' && actor.name !== null && actor.name !== ticket.customer_name ? actor.name : null
}

/** Whether the event may change ticket fields that it does not contain, for example the assignee's name. The ticket must then be loaded again. */
export function changesFacts(event: HistoryEvent): boolean {
  switch (event.kind) {
    case 'message_added':
    case 'internal_note_added':
    case 'message_edited':
    case 'message_redacted':
    case 'note_edited':
    case 'note_redacted':
    case 'attachment_checked':
    case 'internal_attachment_checked': return false
    default: return true
  }
}
