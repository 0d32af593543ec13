import type { Signal } from '@preact/signals'
import { returnToDraft, type Mode } from '../client/drafts.ts'
import type { TicketStore } from '../client/ticket.ts'

/**
 * Moves a message that is held back for undo into the composer again: the message with `key`, or the last one if `key` is omitted. Returns
 * false if the message is no longer held back.
 */
export function undoSend(store: TicketStore, ticket: string, wanted: Signal<{ readonly ticket: string; readonly mode: Mode } | null>, key?: string): boolean {
  const entry = store.undo(key)
  if (entry === null) return false
  const mode = entry.internal ? 'note' : 'message'
  returnToDraft(ticket, mode, entry.body, store.timeline.peek().position ?? 0)
  wanted.value = { ticket, mode }
  return true
}
