import type { TicketKey } from './english-ticket.ts'

export const ARABIC_TICKET: Readonly<Partial<Record<TicketKey, string>>> = {}
