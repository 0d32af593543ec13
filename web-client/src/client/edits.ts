// Changing and removing what stands in a ticket's history. A text that is being changed is kept apart from every draft, also over a reload,
// until it is saved or given up.

import { signal, type ReadonlySignal } from '@preact/signals'
import { LIMITS } from '../protocol/generated.ts'
import type { KeyValue } from '../outbox/store.ts'
import type { Problem, TicketMessage, TicketView } from '../protocol/model.ts'
import { isObject, parseJson, text } from '../protocol/narrow.ts'
import type { Result } from '../rest/request.ts'
import type { Timeline } from '../timeline/state.ts'
import { messageOf, type Reader } from '../timeline/view.ts'
import { namesOf, storageOr } from './browser.ts'
import type { Client } from './client.ts'
import { keptText } from './kept-text.ts'
import { written } from './written.ts'

export type Change = 'edit' | 'remove'

/** The one message that is being changed. */
export interface Changing {
  readonly of: string
  readonly change: Change
  readonly isBusy: boolean
  /** Why the last attempt failed. */
  readonly problem: Pick<Problem, 'code' | 'title'> | null
}

export interface Edits {
  readonly changing: ReadonlySignal<Changing | null>
  /** Texts begun and not saved, by message. */
  readonly texts: ReadonlySignal<ReadonlyMap<string, string>>
  mayEdit(message: TicketMessage): boolean
  mayRemove(message: TicketMessage): boolean
  begin(message: TicketMessage, change: Change): void
  /** The reader's last message; false: there is none to edit. */
  editLast(): boolean
  write(text: string): void
  bodyBytesMax(): number
  /** Closes it; what was written is kept. */
  leave(): void
  /** Closes it, and what was written is gone. */
  giveUp(): void
  save(): Promise<void>
  remove(): Promise<void>
  /** The history has grown: what was removed cannot be edited any more. */
  grown(): void
}

interface EditsParts {
  readonly client: Pick<Client, 'identity' | 'connection' | 'rest'>
  readonly timeline: ReadonlySignal<Timeline>
  readonly storage?: KeyValue
  readonly open: () => { readonly ticket: TicketView; readonly reader: Reader } | null
}

export function createEdits({ client, timeline, open, storage = storageOr('localStorage') }: EditsParts): Edits {
  const changing = signal<Changing | null>(null)
  const texts = signal<ReadonlyMap<string, string>>(new Map())
  /** What the message said when its edit was begun; kept with the text. */
  const bases = new Map<string, string>()
  /** What it said before this tab saved it, for as long as the history does not show that. */
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
      // What was begun from another text stays begun from it.
      if (text === undefined || text === base) hold(message.id, message.body)
      if (text === undefined || text === base || base === undefined) bases.set(message.id, message.body)
    }
    changing.value = { of: message.id, change, isBusy: false, problem: null }
  }
  const leave = () => {
    const now = changing.peek()
    if (now === null) return
    // What was not changed need not be kept.
    const text = texts.peek().get(now.of)
    if (now.change === 'edit' && (text === bases.get(now.of) || text === messageOf(timeline.peek(), now.of)?.body)) keep(now.of, null)
    changing.value = null
  }
  /** A second attempt while one is under way would only be refused. `sent`: the text that is saved by it. */
  const attempt = async (act: (ticket: string, message: string) => Promise<Result<null>>, sent: string | null) => {
    const [now, ticket] = [changing.peek(), open()?.ticket.id]
    if (now === null || now.isBusy || ticket === undefined) return
    changing.value = { ...now, isBusy: true, problem: null }
    const result = await act(ticket, now.of)
    const isStill = changing.peek()?.of === now.of
    if (result.ok) {
      const [text, base] = [texts.peek().get(now.of), bases.get(now.of)]
      const isMore = sent !== null && text !== undefined && text !== sent && text !== base
      if (isMore) {
        // Written while it was being saved: goes on from what was saved.
        if (base !== undefined) replaced.set(now.of, base)
        bases.set(now.of, written(sent))
      }
      keep(now.of, isMore ? text : null)
      if (isStill) changing.value = isMore ? { ...now, isBusy: false, problem: null } : null
    } else if (isStill) changing.value = { ...now, isBusy: false, problem: result.problem }
  }
  /** Texts of before a reload. */
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
    changing, texts, mayEdit, begin, leave,
    mayRemove: (message) => message.redacted_at === null && (isMine(message) || isAdmin()),
    editLast() {
      const last = timeline.peek().events.findLast(({ kind, message }) => (kind === 'message_added' || kind === 'internal_note_added') && message !== null && mayEdit(message))
      if (last?.message == null) return false
      begin(last.message, 'edit')
      return true
    },
    write(text) {
      const now = changing.peek()
      if (now !== null) keep(now.of, text)
    },
    bodyBytesMax() {
      const state = client.connection.value
      return state.kind === 'live' ? state.limits.body_bytes_max : LIMITS.body_bytes_max
    },
    giveUp() {
      const now = changing.peek()
      if (now?.change === 'edit') keep(now.of, null)
      changing.value = null
    },
    async save() {
      const now = changing.peek()
      const text = now === null ? undefined : texts.peek().get(now.of)
      const body = now === null ? undefined : messageOf(timeline.peek(), now.of)?.body
      if (now === null || text === undefined || body === undefined) return
      // Edited in another tab meanwhile: saved when its author insists.
      if (bases.get(now.of) !== body && replaced.get(now.of) !== body) {
        bases.set(now.of, body)
        changing.value = { ...now, problem: { code: 'stale', title: '' } }
        return
      }
      await attempt((ticket, message) => client.rest.edit(ticket, message, written(text)), text)
    },
    remove: () => attempt((ticket, message) => client.rest.redact(ticket, message), null),
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

/** As it is stored; what an older build kept is the text alone. */
function decode(source: string): { readonly base: string | null; readonly text: string } {
  const value = parseJson(source)
  const [base, begun] = isObject(value) ? [text(value['base']), text(value['text'])] : [null, null]
  return base === null || begun === null ? { base: null, text: source } : { base, text: begun }
}
