// Tracks which messages of a ticket are being edited or removed, and the edited texts. Edited texts survive a reload and are kept apart
// from drafts, until they are saved or discarded. The actions of the edit form are in edit-changes.ts.

import { signal, type ReadonlySignal, type Signal } from '@preact/signals'
import type { KeyValue } from '../outbox/store.ts'
import type { Problem, TicketMessage, TicketView } from '../protocol/model.ts'
import { isObject, parseJson, text } from '../protocol/narrow.ts'
import type { Timeline } from '../timeline/state.ts'
import { messageOf, type Reader } from '../timeline/view.ts'
import { namesOf, storageOr } from './browser.ts'
import type { Client } from './client.ts'
import { keptText } from './kept-text.ts'

export type Change = 'edit' | 'remove'

/** The message that is being edited or removed now. There is at most one. */
export interface Changing {
  readonly of: string
  readonly change: Change
  readonly isBusy: boolean
  /** Why the last attempt to save the edit or to remove the message failed. */
  readonly problem: Pick<Problem, 'code' | 'title'> | null
}

export interface Edits {
  readonly changing: Signal<Changing | null>
  /** The edited texts that are not saved yet, by message id. */
  readonly texts: ReadonlySignal<ReadonlyMap<string, string>>
  /** The text of each message when its edit began, by message id. Stored together with the edited text. */
  readonly bases: Map<string, string>
  /** The text of each message before this tab saved an edit, by message id. Kept until the edit appears in the ticket's history. */
  readonly replaced: Map<string, string>
  readonly parts: EditsParts
  /** Stores the unsaved edit of a message in this browser; null discards the unsaved edit. */
  keep(message: string, text: string | null): void
  mayEdit(message: TicketMessage): boolean
  mayRemove(message: TicketMessage): boolean
  begin(message: TicketMessage, change: Change): void
  /** Starts an edit of the person's own last message. Returns false if there is no message to edit. */
  editLast(): boolean
  /** Call when the history has new events. The first call restores stored edits. Ends the edit of a message that was removed. */
  grown(): void
}

export interface EditsParts {
  readonly client: Pick<Client, 'identity' | 'connection' | 'rest'>
  readonly timeline: ReadonlySignal<Timeline>
  readonly storage?: KeyValue
  readonly open: () => { readonly ticket: TicketView; readonly reader: Reader } | null
}

export function createEdits(parts: EditsParts): Edits {
  const { client, timeline, open, storage = storageOr('localStorage') } = parts
  const changing = signal<Changing | null>(null)
  const texts = signal<ReadonlyMap<string, string>>(new Map())
  const bases = new Map<string, string>()
  const replaced = new Map<string, string>()
  let isRestored = false

  const nameOf = (ticket: string, message: string) => `edit.${ticket}.${message}`
  const hold = (message: string, text: string | null) => {
    const next = new Map(texts.peek())
    if (text === null) {
      next.delete(message)
      bases.delete(message)
      replaced.delete(message)
    } else next.set(message, text)
    texts.value = next
  }
  const keep = (message: string, text: string | null) => {
    const ticket = open()?.ticket.id
    if (ticket === undefined) return
    hold(message, text)
    keptText(client.identity.id, nameOf(ticket, message), storage).write(text === null || text === '' ? '' : JSON.stringify({ base: bases.get(message) ?? '', text }))
  }
  const isMine = (message: TicketMessage) => {
    const reader = open()?.reader
    return reader !== undefined && (reader.side === 'customer' ? message.sender_type === 'customer' : message.sender_id === reader.id)
  }
  const isAdmin = () => {
    const state = client.connection.peek()
    return (state.kind === 'live' ? state.role : client.identity.role) === 'admin' && open()?.reader.side === 'staff'
  }
  const mayEdit = (message: TicketMessage) => {
    const ticket = open()?.ticket
    return ticket !== undefined && ticket.status !== 'closed' && ticket.archived_at === null && message.redacted_at === null && isMine(message)
  }
  const begin = (message: TicketMessage, change: Change) => {
    if (change === 'edit') {
      const [text, base] = [texts.peek().get(message.id), bases.get(message.id)]
      // If an edit of this message is already in progress, its base (the message text from which it started) does not change.
      if (text === undefined || text === base) hold(message.id, message.body)
      if (text === undefined || text === base || base === undefined) bases.set(message.id, message.body)
    }
    changing.value = { of: message.id, change, isBusy: false, problem: null }
  }
  /** Restores the edited texts that this person stored before a reload. */
  const restore = (ticket: string) => {
    isRestored = true
    const prefix = `helpline.text.${client.identity.id}.${nameOf(ticket, '')}`
    for (const name of namesOf(storage, prefix)) {
      const message = name.slice(prefix.length)
      const { base, text } = decode(keptText(client.identity.id, nameOf(ticket, message), storage).read())
      if (base !== null) bases.set(message, base)
      hold(message, text)
    }
  }
  return {
    changing, texts, bases, replaced, parts, keep, mayEdit, begin,
    mayRemove: (message) => message.redacted_at === null && (isMine(message) || isAdmin()),
    editLast() {
      const last = timeline.peek().events.findLast(({ kind, message }) => (kind === 'message_added' || kind === 'internal_note_added') && message !== null && mayEdit(message))
      if (last?.message == null) return false
      begin(last.message, 'edit')
      return true
    },
    grown() {
      const ticket = open()?.ticket.id
      if (ticket !== undefined && !isRestored) restore(ticket)
      for (const id of texts.peek().keys()) {
        if (messageOf(timeline.peek(), id)?.redacted_at == null) continue
        keep(id, null)
        if (changing.peek()?.of === id) changing.value = null
      }
    },
  }
}

/**
 * Decodes a stored edit. Earlier versions of this client stored only the edited text, without its base (the text from which the edit
 * started).
 */
function decode(source: string): { readonly base: string | null; readonly text: string } {
  const value = parseJson(source)
  const [base, begun] = isObject(value) ? [text(value['base']), text(value['text'])] : [null, null]
  return base === null || begun === null ? { base: null, text: source } : { base, text: begun }
}
