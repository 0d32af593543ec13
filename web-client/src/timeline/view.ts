// Turns a timeline into the items that a thread shows.

import type { ActorType } from '../protocol/generated.ts'
import type { HistoryEvent, TicketMessage } from '../protocol/model.ts'
import { isRevision } from './reduce.ts'
import type { Pending, Timeline } from './state.ts'

export type Item =
  | { readonly kind: 'message'; readonly id: string; readonly event: HistoryEvent; readonly message: TicketMessage; readonly mine: boolean; /** On the reader's side of the ticket; for staff this includes colleagues. */ readonly ours: boolean; readonly seen: boolean }
  | { readonly kind: 'activity'; readonly id: string; readonly event: HistoryEvent }
  | { readonly kind: 'pending'; readonly id: string; readonly pending: Pending }

/** Who reads: a customer's own messages are known by their side, a staff member's by the sender's id. */
export type Reader = { readonly side: 'customer' } | { readonly side: 'staff'; readonly id: string }

export function items(timeline: Timeline, reader: Reader): readonly Item[] {
  const seen = seenUpTo(timeline, reader.side === 'customer' ? 'admin' : 'customer')
  const shown = timeline.events.flatMap((event) => item(event, reader, seen))
  return [...shown, ...timeline.pending.map((pending): Item => ({ kind: 'pending', id: pending.key, pending }))]
}

function item(event: HistoryEvent, reader: Reader, seen: number): readonly Item[] {
  const { message } = event
  if (message !== null && (event.kind === 'message_added' || event.kind === 'internal_note_added')) {
    const mine = reader.side === 'customer' ? message.sender_type === 'customer' : message.sender_id === reader.id
    const ours = mine || (reader.side === 'staff' && message.sender_type !== 'customer')
    // The key stays the same from pending to stored, so the element does too, and nothing jumps.
    const id = mine && message.key !== null ? message.key : message.id
    return [{ kind: 'message', id, event, message, mine, ours, seen: event.seq <= seen }]
  }
  // An edit is shown at its message; an extra row in the thread would only repeat it.
  return isRevision(event) ? [] : [{ kind: 'activity', id: `seq-${event.seq}`, event }]
}

/** How far anyone on that side has read. */
function seenUpTo(timeline: Timeline, side: ActorType): number {
  return timeline.reads.reduce((seq, mark) => (mark.person.type === side ? Math.max(seq, mark.seq) : seq), 0)
}

/** Messages of others that came after `seq`: what a writer who began at `seq` has not seen. */
export function writtenSince(timeline: Timeline, seq: number, reader: Reader): readonly HistoryEvent[] {
  // Search backwards and stop at `seq`: this runs at every keystroke, and histories are long.
  const found: HistoryEvent[] = []
  for (let index = timeline.events.length - 1; index >= 0; index--) {
    const event = timeline.events[index]
    if (event === undefined || event.seq <= seq) break
    if (item(event, reader, 0).some((one) => one.kind === 'message' && !one.mine)) found.unshift(event)
  }
  return found
}

/** A former text of a message, and since when the message said it. */
export interface Version {
  readonly at: string
  readonly text: string
}

/** The former texts of a message, oldest first; only staff can see them. Empty for a removed message. */
export function earlier(timeline: Timeline, message: TicketMessage): readonly Version[] {
  if (message.redacted_at !== null) return []
  const found: Version[] = []
  let at = message.created_at
  for (const event of timeline.events) {
    if (event.message?.id !== message.id || !isRevision(event)) continue
    if (event.old_value !== null) found.push({ at, text: event.old_value })
    at = event.at
  }
  return found
}

/** The message as the known history shows it; null if it does not. */
export function messageOf(timeline: Timeline, id: string): TicketMessage | null {
  return timeline.events.find((event) => event.message?.id === id)?.message ?? null
}
