// Inserting, listing and searching saved replies. Pure.

import type { SavedReply } from '../protocol/generated.ts'
import type { StaffView } from '../protocol/model.ts'
import { hasVisible } from '../protocol/visible.ts'
import { folded } from './search.ts'

/** The variables for `{{…}}`. In `{{name|text}}`, `text` is used if the value is unknown. */
export const VARIABLES = ['customer_first_name', 'customer_name', 'ticket_number', 'subject', 'agent_name'] as const
export type Variable = (typeof VARIABLES)[number]
export type Values = Readonly<Record<Variable, string>>

/** A part of a reply: literal text, a filled-in value, a fallback text, or a variable left as it is. */
export interface ReplyPart {
  readonly kind: 'text' | 'filled' | 'fallback' | 'left'
  readonly text: string
}

const PLACE = /\{\{\s*(\w+)\s*(?:\|([^{}]*))?\}\}/g

export function valuesOf(ticket: Pick<StaffView, 'customer_name' | 'ticket_number' | 'subject'>, agent: string): Values {
  const customer = ticket.customer_name ?? ''
  return { customer_first_name: firstName(customer), customer_name: customer, ticket_number: ticket.ticket_number, subject: ticket.subject, agent_name: agent }
}

const firstName = (name: string) => name.trim().split(/\s+/)[0] ?? ''

/** An unknown variable, or one without a visible value and without a fallback, stays as it is, so that the writer notices it. */
export function partsOf(body: string, values: Values): readonly ReplyPart[] {
  const parts: ReplyPart[] = []
  let from = 0
  for (const found of body.matchAll(PLACE)) {
    if (found.index > from) parts.push({ kind: 'text', text: body.slice(from, found.index) })
    from = found.index + found[0].length
    const variable = VARIABLES.find((one) => one === found[1])
    const value = variable === undefined ? '' : values[variable]
    if (hasVisible(value)) parts.push({ kind: 'filled', text: value })
    else if (variable !== undefined && found[2] !== undefined) parts.push({ kind: 'fallback', text: found[2].trim() })
    else parts.push({ kind: 'left', text: found[0] })
  }
  if (from < body.length) parts.push({ kind: 'text', text: body.slice(from) })
  return parts
}

/** The reply's text with the variables filled in for this ticket. */
export function filled(body: string, ticket: Pick<StaffView, 'customer_name' | 'ticket_number' | 'subject'>, agent: string): string {
  return partsOf(body, valuesOf(ticket, agent)).map(({ text }) => text).join('')
}

/** Unknown variable names in `{{…}}`, each once. */
export function unknownIn(body: string): readonly string[] {
  return [...new Set([...body.matchAll(PLACE)].map(([, name]) => name ?? '').filter((name) => !VARIABLES.some((one) => one === name)))]
}

/** The shortcut begun with a slash at the end of the text; null if there is none. */
export function slashed(text: string): string | null {
  return /(?:^|\s)\/([\p{L}\p{M}\p{N}_-]*)$/u.exec(text)?.[1]?.toLowerCase() ?? null
}

/** Whether the text is only a begun shortcut, which is no message to send. */
export function isSlashed(text: string): boolean {
  const all = text.trim()
  return !/\s/.test(all) && slashed(all) !== null
}

/** Replaces the begun shortcut with `body`. */
export function inserted(text: string, body: string): string {
  return text.replace(/\/[\p{L}\p{M}\p{N}_-]*$/u, () => body)
}

const SHOWN_MAX = 8

export const isPersonal = ({ owner }: Pick<SavedReply, 'owner'>) => (owner ?? null) !== null

/** Matching replies: by shortcut, then by title, then by text; within each, personal ones before the team's. A fully typed shortcut comes first. */
export function offered(replies: readonly SavedReply[], begun: string): readonly SavedReply[] {
  const asked = folded(begun)
  const rank = (reply: SavedReply) => {
    if (reply.shortcut.startsWith(begun)) return reply.shortcut === begun && begun !== '' ? 0 : 1
    if (folded(reply.title).includes(asked)) return 2
    return folded(reply.body).includes(asked) ? 3 : null
  }
  return replies.flatMap((reply) => { const at = rank(reply); return at === null ? [] : [{ reply, at: 2 * at + (isPersonal(reply) ? 0 : 1) }] })
    .toSorted((a, b) => a.at - b.at).slice(0, SHOWN_MAX).map(({ reply }) => reply)
}

/** Whether every search word occurs in the reply. */
export function isFound({ shortcut, title, body, folder }: SavedReply, asked: string): boolean {
  const all = folded(`${shortcut} ${title} ${folder ?? ''} ${body}`)
  return folded(asked).split(/\s+/).every((word) => all.includes(word.replace(/^\//, '')))
}

export interface ReplyFolder {
  /** Null for replies without a folder. */
  readonly name: string | null
  readonly replies: readonly SavedReply[]
}

/** Groups replies by folder, sorted for the reader's language, with replies without a folder last; sorted by title within each group. */
export function inFolders(replies: readonly SavedReply[], locale: string): readonly ReplyFolder[] {
  const order = new Intl.Collator(locale, { numeric: true })
  const byTitle = (list: readonly SavedReply[]) => list.toSorted((a, b) => order.compare(a.title, b.title))
  const loose = replies.filter(({ folder }) => (folder ?? null) === null)
  return [
    ...foldersOf(replies, locale).map((name) => ({ name, replies: byTitle(replies.filter(({ folder }) => folder === name)) })),
    ...(loose.length === 0 ? [] : [{ name: null, replies: byTitle(loose) }]),
  ]
}

export function foldersOf(replies: readonly SavedReply[], locale: string): readonly string[] {
  return [...new Set(replies.flatMap(({ folder }) => folder ?? []))].toSorted(new Intl.Collator(locale, { numeric: true }).compare)
}
