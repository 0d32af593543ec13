// Finds saved replies and inserts them into a text. Pure functions.

import type { SavedReply } from '../protocol/generated.ts'
import type { StaffView } from '../protocol/model.ts'
import { hasVisible } from '../protocol/visible.ts'
import { folded } from './search.ts'

/** Variables that a saved reply may contain, as `{{name}}`. In `{{name|text}}`, `text` is used if the value is not known. */
export const VARIABLES = ['customer_first_name', 'customer_name', 'ticket_number', 'subject', 'agent_name'] as const
export type Variable = (typeof VARIABLES)[number]
export type Values = Readonly<Record<Variable, string>>

/**
 * A part of a saved reply. `text`: literal text. `filled`: the value of a variable. `fallback`: the text used instead of an unknown value.
 * `left`: a variable that could not be filled in.
 */
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

/** Splits a saved reply into parts. A variable without a value and without a fallback is left unchanged, so that the writer notices it. */
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

/** Returns a saved reply's text, with the variables filled in for this ticket. */
export function filled(body: string, ticket: Pick<StaffView, 'customer_name' | 'ticket_number' | 'subject'>, agent: string): string {
  return partsOf(body, valuesOf(ticket, agent)).map(({ text }) => text).join('')
}

/** Returns the names in `{{…}}` that are not known variables, without duplicates. */
export function unknownIn(body: string): readonly string[] {
  return [...new Set([...body.matchAll(PLACE)].map(([, name]) => name ?? '').filter((name) => !VARIABLES.some((one) => one === name)))]
}

/** Returns the shortcut being typed after a slash at the end of the text. Null if the text does not end in a shortcut. */
export function slashed(text: string): string | null {
  return /(?:^|\s)\/([\p{L}\p{M}\p{N}_-]*)$/u.exec(text)?.[1]?.toLowerCase() ?? null
}

/** Whether the text consists only of a shortcut being typed, such as `/hel`. Such a text must not be sent. */
export function isSlashed(text: string): boolean {
  const all = text.trim()
  return !/\s/.test(all) && slashed(all) !== null
}

/** Replaces the shortcut at the end of `text` with `body`. */
export function inserted(text: string, body: string): string {
  return text.replace(/\/[\p{L}\p{M}\p{N}_-]*$/u, () => body)
}

const SHOWN_MAX = 8

export const isPersonal = ({ owner }: Pick<SavedReply, 'owner'>) => (owner ?? null) !== null

/**
 * Returns the replies that match the shortcut being typed. An exact shortcut comes first, then matches of the shortcut, the title and the
 * text. Within each group, personal replies come before the team's replies.
 */
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

/** Whether the reply contains every search word, in any field. */
export function isFound({ shortcut, title, body, folder }: SavedReply, asked: string): boolean {
  const all = folded(`${shortcut} ${title} ${folder ?? ''} ${body}`)
  return folded(asked).split(/\s+/).every((word) => all.includes(word.replace(/^\//, '')))
}

export interface ReplyFolder {
  /** The folder's name. Null for the group of replies without a folder. */
  readonly name: string | null
  readonly replies: readonly SavedReply[]
}

/** Groups replies by folder, with replies without a folder last. Sorts folders by name and replies by title, by the rules of `locale`. */
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
