import type { TicketView } from '../protocol/model.ts'

export function isWritable(ticket: TicketView): boolean {
  return ticket.status !== 'closed' && ticket.archived_at === null
}
