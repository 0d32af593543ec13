// Tickets and the desk's figures, in the two forms that the reader's side decides between.

import { decodeAgentRef } from './decode-first.ts'
import { CATEGORIES, PRIORITIES, STATUSES, type LastMessage, type Rating, type TicketMoved, type TicketStats } from './generated.ts'
import type { CustomerView, StaffView, TicketView } from './model.ts'
import { count, isObject, name, number, text, title, word, type Json } from './narrow.ts'

/** A ticket in whichever form the reader is given: only staff are told whose it is. */
export function decodeTicket(value: unknown): TicketView | null {
  return isObject(value) && 'user_id' in value ? decodeStaffTicket(value) : decodeCustomerTicket(value)
}

function common(value: Json) {
  const id = text(value['id'])
  const ticket_number = text(value['ticket_number'])
  const subject = title(value['subject'])
  const category = word(CATEGORIES, value['category'])
  const priority = word(PRIORITIES, value['priority'])
  const status = word(STATUSES, value['status'])
  const created_at = text(value['created_at'])
  const last_activity_at = text(value['last_activity_at'])
  const seq = count(value['seq'])
  if (id === null || ticket_number === null || subject === null || category === null || priority === null) return null
  if (status === null || created_at === null || last_activity_at === null || seq === null) return null
  return {
    id,
    ticket_number,
    subject,
    category,
    priority,
    status,
    rating: decodeRating(value['rating']),
    created_at,
    resolved_at: text(value['resolved_at']),
    closed_at: text(value['closed_at']),
    archived_at: text(value['archived_at']),
    last_activity_at,
    seq,
    read_seq: count(value['read_seq']) ?? 0,
    ...waits(value),
  }
}

/** Null from a server of the build before. */
function waits(value: Json) {
  return { last_message: decodeLastMessage(value['last_message']), waiting_since: text(value['waiting_since']) }
}

function decodeLastMessage(value: unknown): LastMessage | null {
  if (!isObject(value)) return null
  const at = text(value['at'])
  const snippet = text(value['snippet'])
  if (at === null || snippet === null) return null
  return { at, side: value['side'] === 'customer' ? 'customer' : 'staff', name: text(value['name']), snippet }
}

export function decodeStaffTicket(value: unknown): StaffView | null {
  if (!isObject(value)) return null
  const shared = common(value)
  const user_id = text(value['user_id'])
  if (shared === null || user_id === null) return null
  return {
    side: 'staff',
    ...shared,
    user_id,
    customer_name: name(value['customer_name']),
    customer_email: text(value['customer_email']),
    assigned_to: decodeAgentRef(value['assigned_to']),
    assigned_at: text(value['assigned_at']),
    updated_at: text(value['updated_at']) ?? shared.last_activity_at,
    first_response_at: text(value['first_response_at']),
  }
}

export function decodeMoved(value: unknown): TicketMoved | null {
  if (!isObject(value)) return null
  const [id, seq, last_activity_at] = [text(value['id']), count(value['seq']), text(value['last_activity_at'])]
  return id === null || seq === null || last_activity_at === null ? null : { id, seq, last_activity_at, ...waits(value) }
}

export function decodeCustomerTicket(value: unknown): CustomerView | null {
  if (!isObject(value)) return null
  const shared = common(value)
  return shared === null ? null : { side: 'customer', ...shared, assignee_name: name(value['assignee_name']) }
}

function decodeRating(value: unknown): Rating | null {
  if (!isObject(value)) return null
  const satisfaction_rating = count(value['satisfaction_rating'])
  return satisfaction_rating === null ? null : { satisfaction_rating, satisfaction_comment: text(value['satisfaction_comment']) }
}

export function decodeStats(value: unknown): TicketStats | null {
  if (!isObject(value)) return null
  const of = (field: keyof TicketStats) => count(value[field]) ?? 0
  return {
    open_tickets: of('open_tickets'),
    in_progress_tickets: of('in_progress_tickets'),
    waiting_tickets: of('waiting_tickets'),
    escalated_tickets: of('escalated_tickets'),
    resolved_tickets: of('resolved_tickets'),
    closed_tickets: of('closed_tickets'),
    urgent_tickets: of('urgent_tickets'),
    high_priority_tickets: of('high_priority_tickets'),
    unassigned_tickets: of('unassigned_tickets'),
    needs_answer_tickets: of('needs_answer_tickets'),
    avg_resolution_hours: number(value['avg_resolution_hours']),
    tickets_last_24h: of('tickets_last_24h'),
    tickets_last_7d: of('tickets_last_7d'),
    avg_satisfaction_rating: number(value['avg_satisfaction_rating']),
  }
}
