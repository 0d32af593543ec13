// Turns the items of a timeline into the rows to show: adds day headings and the "new" row (above unread messages), and groups messages by
// author. Pure.

import { items, type Item, type Reader } from '../timeline/view.ts'
import type { Timeline } from '../timeline/state.ts'

export type Row =
  | { readonly kind: 'day'; readonly id: string; readonly at: string }
  | { readonly kind: 'new'; readonly id: string }
  | { readonly kind: 'item'; readonly id: string; readonly item: Item; readonly grouped: boolean }

/**
 * The sequence numbers of the events that were unread when the reader opened the ticket: those after `after`, up to and including `upTo`.
 */
export interface Unread {
  readonly after: number
  readonly upTo: number
}

const GROUP_MS = 5 * 60_000

/**
 * Builds the rows. `dayKey` maps a time to a calendar day in the reader's time zone. The "new" row goes before the first message in
 * `unread` from another person, unless the reader has written a message after that message. If `unread` is null, there is no such row.
 */
export function rows(timeline: Timeline, reader: Reader, dayKey: (at: string) => string, unread: Unread | null): readonly Row[] {
  const made: Row[] = []
  let before: Item | undefined
  let marked = unread === null
  for (const item of items(timeline, reader)) {
    const opensDay = before === undefined || dayKey(atOf(before)) !== dayKey(atOf(item))
    if (opensDay) made.push({ kind: 'day', id: `day-${dayKey(atOf(item))}-${item.id}`, at: atOf(item) })
    const isNew = !marked && unread !== null && unread.after > 0 && item.kind === 'message' && !item.mine && item.event.seq > unread.after && item.event.seq <= unread.upTo
    if (isNew) {
      marked = true
      made.push({ kind: 'new', id: 'new' })
    }
    made.push({ kind: 'item', id: item.id, item, grouped: !opensDay && !isNew && isGrouped(before, item) })
    before = item
  }
  const mark = made.findIndex((row) => row.kind === 'new')
  const isAnswered = mark >= 0 && made.some((row, at) => at > mark && row.kind === 'item' && row.item.kind !== 'activity' && (row.item.kind === 'pending' || row.item.mine))
  return isAnswered ? made.filter((row) => row.kind !== 'new') : made
}

export function atOf(item: Item): string {
  return item.kind === 'pending' ? item.pending.at : item.event.at
}

function authorOf(item: Item): string | null {
  switch (item.kind) {
    case 'message': return `${item.message.is_internal ? 'note/' : ''}${item.mine ? 'mine' : `${item.event.actor.type}/${item.event.actor.id ?? item.event.actor.name ?? ''}`}`
    case 'pending': return `${item.pending.internal ? 'note/' : ''}mine`
    case 'activity': return null
  }
}

function isGrouped(before: Item | undefined, item: Item): boolean {
  const author = authorOf(item)
  return before !== undefined && author !== null && author === authorOf(before) && Date.parse(atOf(item)) - Date.parse(atOf(before)) < GROUP_MS
}
