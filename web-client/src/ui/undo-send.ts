import type { Signal } from '@preact/signals'
import type { Queued } from '../client/client.ts'
import { draftName, rebased } from '../client/draft-files.ts'
import { returnToDraft, type Mode } from '../client/drafts.ts'
import type { FileAccess } from '../client/file-access.ts'
import type { TicketStore } from '../client/ticket.ts'

/**
 * Moves a message that is held back for undo into the composer again: the message with `key`, or the last one if `key` is omitted. Returns
 * false if the message is no longer held back.
 */
export function undoSend(store: TicketStore, ticket: string, wanted: Signal<{ readonly ticket: string; readonly mode: Mode } | null>, key?: string): boolean {
  const entry = store.undo(key)
  if (entry === null) return false
  const mode = entry.internal ? 'note' : 'message'
  const position = store.timeline.peek().position ?? 0
  returnToDraft(ticket, mode, entry.body, position)
  returnFiles(store.files, ticket, mode, entry, position)
  wanted.value = { ticket, mode }
  return true
}

/** Puts the files of an unsent message back into the draft. `position`: the position in the history up to which the writer has seen it. */
export function returnFiles(access: FileAccess, ticket: string, mode: Mode, { files, refused }: Queued, position: number): void {
  if (files.length > 0) void access.load().then(({ putBack }) => putBack(draftName(ticket, mode), rebased(files, position), refused === 'attachment_not_found'), () => {})
}
