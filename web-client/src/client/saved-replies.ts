// Saved replies as they are inserted. Pure.

import type { SavedReply } from '../protocol/generated.ts'
import type { StaffView } from '../protocol/model.ts'
import { hasVisible } from '../protocol/visible.ts'
import { folded } from './search.ts'

/** One that is being written: as it is saved, and as it stands in the form. */
export interface BegunReply {
  readonly reply: SavedReply
  readonly draft: Pick<SavedReply, 'shortcut' | 'title' | 'body'>
}

/** What `{{…}}` may stand for. */
export const VARIABLES = ['customer_name', 'ticket_number', 'subject', 'agent_name'] as const

/** The reply's text with its variables filled; one that is not known, or has nothing to show, stays as it is, so that it is noticed. */
export function filled(body: string, ticket: StaffView, agent: string): string {
  const values: Readonly<Record<string, string>> = {
    customer_name: ticket.customer_name ?? '',
    ticket_number: ticket.ticket_number,
    subject: ticket.subject,
    agent_name: agent,
  }
  return body.replace(/\{\{\s*(\w+)\s*\}\}/g, (whole, name: string) => { const value = Object.hasOwn(values, name) ? values[name] : undefined; return value !== undefined && hasVisible(value) ? value : whole })
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
  const others = replies.filter((reply) => !first.includes(reply) && begun !== '' && folded(reply.title).includes(folded(begun)))
  return [...first, ...others].slice(0, SHOWN_MAX)
}
