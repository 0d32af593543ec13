// What a thread shows of a timeline.

import type { ActorType } from '../protocol/generated.ts'
import type { HistoryEvent, TicketMessage } from '../protocol/model.ts'
import { isRevision } from './reduce.ts'
import type { Pending, Timeline } from './state.ts'

export type Item =
  | { readonly kind: 'message'; readonly id: string; readonly event: HistoryEvent; readonly message: TicketMessage; readonly mine: boolean; readonly seen: boolean }
  | { readonly kind: 'activity'; readonly id: string; readonly event: HistoryEvent }
  | { readonly kind: 'pending'; readonly id: string; readonly pending: Pending }

/** Who looks: a customer knows own messages by their side, staff by the sender's id. */
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
    // The key survives the way from pending to stored, so the element does too, and nothing jumps.
    const id = mine && message.key !== null ? message.key : message.id
    return [{ kind: 'message', id, event, message, mine, seen: event.seq <= seen }]
  }
  // An edit shows at its message; in the thread it would only repeat it.
  return isRevision(event) ? [] : [{ kind: 'activity', id: `seq-${event.seq}`, event }]
}

/** How far anybody of that side has read. */
export function seenUpTo(timeline: Timeline, side: ActorType): number {
  return timeline.reads.reduce((seq, mark) => (mark.person.type === side ? Math.max(seq, mark.seq) : seq), 0)
}

/** Messages of others that came after `seq`: what a writer who began at `seq` has not seen. */
export function writtenSince(timeline: Timeline, seq: number, reader: Reader): readonly HistoryEvent[] {
  return items(timeline, reader).flatMap((one) => (one.kind === 'message' && !one.mine && one.event.seq > seq ? [one.event] : []))
}
