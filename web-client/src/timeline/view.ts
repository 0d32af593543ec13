// Converts a timeline to the list of items that the ticket view shows.

import type { ActorType } from '../protocol/generated.ts'
import type { HistoryEvent, TicketMessage } from '../protocol/model.ts'
import { isRevision } from './reduce.ts'
import type { Pending, Timeline } from './state.ts'

export type Item =
  | { readonly kind: 'message'; readonly id: string; readonly event: HistoryEvent; readonly message: TicketMessage; readonly mine: boolean; /** On the reader's side of the ticket; for staff this includes colleagues. */ readonly ours: boolean; readonly seen: boolean }
  | { readonly kind: 'activity'; readonly id: string; readonly event: HistoryEvent }
  | { readonly kind: 'pending'; readonly id: string; readonly pending: Pending }

/**
 * The person who reads the ticket. For a customer, all messages from customers count as own messages. For staff, only messages sent by the
 * person with this `id` count as own messages.
 */
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
    // A message has the same id before and after the server stores it. The page therefore keeps the element of the message, and the layout
    // does not jump.
    const id = mine && message.key !== null ? message.key : message.id
    return [{ kind: 'message', id, event, message, mine, ours, seen: event.seq <= seen }]
  }
  // An edit is shown at the edited message, so the edit needs no item of its own.
  return isRevision(event) ? [] : [{ kind: 'activity', id: `seq-${event.seq}`, event }]
}

/** Returns the highest sequence number that any person of type `side` has read. */
function seenUpTo(timeline: Timeline, side: ActorType): number {
  return timeline.reads.reduce((seq, mark) => (mark.person.type === side ? Math.max(seq, mark.seq) : seq), 0)
}

/**
 * Returns the messages of other people after `seq`. Used to warn an author who began to write when `seq` was the newest event and has not
 * seen these messages.
 */
export function writtenSince(timeline: Timeline, seq: number, reader: Reader): readonly HistoryEvent[] {
  // Search backwards and stop at `seq`, because this runs at every keystroke and histories can be long.
  const found: HistoryEvent[] = []
  for (let index = timeline.events.length - 1; index >= 0; index--) {
    const event = timeline.events[index]
    if (event === undefined || event.seq <= seq) break
    if (item(event, reader, 0).some((one) => one.kind === 'message' && !one.mine)) found.unshift(event)
  }
  return found
}

/** Returns the message with this id from the loaded events. Null if no loaded event contains the message. */
export function messageOf(timeline: Timeline, id: string): TicketMessage | null {
  return timeline.events.find((event) => event.message?.id === id)?.message ?? null
}
