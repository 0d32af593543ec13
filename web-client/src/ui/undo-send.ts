import type { Signal } from '@preact/signals'
import { returnToDraft, type Mode } from '../client/drafts.ts'
import type { TicketStore } from '../client/ticket.ts'

/** Moves a message that is still held back into the composer: the one with `key`, or the last one. Returns false if it is too late. */
export function undoSend(store: TicketStore, ticket: string, wanted: Signal<{ readonly ticket: string; readonly mode: Mode } | null>, key?: string): boolean {
  const entry = store.undo(key)
  if (entry === null) return false
  const mode = entry.internal ? 'note' : 'message'
  returnToDraft(ticket, mode, entry.body, store.timeline.peek().position ?? 0)
  wanted.value = { ticket, mode }
  return true
}
