// Saved replies as they are inserted. Pure.

import type { SavedReply } from '../protocol/generated.ts'
import type { StaffView } from '../protocol/model.ts'

/** What `{{…}}` may stand for. */
export const VARIABLES = ['customer_name', 'ticket_number', 'subject', 'agent_name'] as const

/** The reply's text with its variables filled; a variable that nobody knows stays as it is, so that it is noticed. */
export function filled(body: string, ticket: StaffView, agent: string): string {
  const values: Readonly<Record<string, string>> = {
    customer_name: ticket.customer_name ?? '',
    ticket_number: ticket.ticket_number,
    subject: ticket.subject,
    agent_name: agent,
  }
  return body.replace(/\{\{\s*(\w+)\s*\}\}/g, (whole, name: string) => values[name] ?? whole)
}

/** What was begun with a slash at the end of the text; null: nothing. */
export function slashed(text: string): string | null {
  return /(?:^|\s)\/([a-z0-9_-]*)$/i.exec(text)?.[1]?.toLowerCase() ?? null
}

/** The text with the begun slash word replaced. */
export function inserted(text: string, body: string): string {
  return text.replace(/\/[a-z0-9_-]*$/i, () => body)
}

const SHOWN_MAX = 8

export function offered(replies: readonly SavedReply[], begun: string): readonly SavedReply[] {
  const first = replies.filter((reply) => reply.shortcut.startsWith(begun))
  const others = replies.filter((reply) => !first.includes(reply) && begun !== '' && reply.title.toLowerCase().includes(begun))
  return [...first, ...others].slice(0, SHOWN_MAX)
}
