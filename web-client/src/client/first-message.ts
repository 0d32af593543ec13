// The first message of a new ticket. The text is stored while the customer writes, and sending it repeatedly creates only one ticket.

import { signal, type ReadonlySignal, type Signal } from '@preact/signals'
import { LIMITS, type Category } from '../protocol/generated.ts'
import type { KeyValue } from '../outbox/store.ts'
import type { Opened } from '../protocol/decode-first.ts'
import type { Problem } from '../protocol/model.ts'
import { UNREACHABLE, type Result } from '../rest/request.ts'
import { thisPage, type Page } from './browser.ts'
import { onWindow } from './on-window.ts'
import { keptTicketDraft, type TicketDraft } from './ticket-draft.ts'
import { isWritten, written } from './written.ts'

export type FirstMessageState =
  | { readonly kind: 'writing'; readonly problem: Problem | null }
  | { readonly kind: 'sending'; readonly text: string }
  /** The server has created the ticket. */
  | { readonly kind: 'sent'; readonly text: string; readonly number: string }

export interface FirstMessage {
  readonly draft: ReadonlySignal<TicketDraft>
  readonly state: ReadonlySignal<FirstMessageState>
  readonly isOffline: ReadonlySignal<boolean>
  /** Whether files are chosen. The message then needs no text. */
  readonly hasFiles: Signal<boolean>
  /** The number of bytes by which the text exceeds the limit; 0 if the text is within the limit. */
  over(): number
  isSendable(): boolean
  /** Whether the stored text survives closing the page. */
  isKept(): boolean
  write(text: string): void
  /** Sets the ticket's category. `general` is the default. */
  choose(category: Category): void
  /** Appends a text supplied by the host page to any text that the customer has already written. */
  offer(text: string): void
  /** Sends the message and returns the new ticket's number. Returns null if sending failed; the text is then kept. */
  send(): Promise<string | null>
  dispose(): void
}

const WRITING: FirstMessageState = { kind: 'writing', problem: null }

/** Creates the store for the first message. `submit` creates the ticket; null or a rejection means that the server is unreachable. */
export function createFirstMessage(user: string, submit: (draft: TicketDraft) => Promise<Result<Opened> | null>, storage?: KeyValue, page: Pick<Page, 'navigator' | 'addEventListener' | 'removeEventListener'> = thisPage): FirstMessage {
  const isAway = () => !page.navigator.onLine
  const kept = keptTicketDraft(user, storage)
  const draft = signal(kept.first)
  const state = signal<FirstMessageState>(WRITING)
  const isOffline = signal(isAway())
  const hasFiles = signal(false)

  /**
   * Merges the draft that another tab stored into this tab's draft, or clears this tab's draft if the other tab has sent the message.
   * Returns whether this tab's draft changed.
   */
  const meet = (): boolean => {
    const next = kept.meet(draft.peek())
    if (next === draft.peek()) return false
    draft.value = next
    if (!kept.isKept(next)) kept.write(next)
    return true
  }
  const change = (part: Partial<TicketDraft>) => {
    draft.value = kept.meet({ ...draft.peek(), ...part })
    kept.write(draft.peek())
    if (state.peek().kind === 'writing') state.value = WRITING
  }
  const over = () => Math.max(0, new TextEncoder().encode(written(draft.value.description)).length - LIMITS.body_bytes_max)
  const isSendable = () => (hasFiles.value || isWritten(draft.value.description)) && over() === 0 && state.value.kind !== 'sending'
  const connected = () => {
    isOffline.value = isAway()
    const now = state.peek()
    if (!isOffline.peek() && now.kind === 'writing' && now.problem?.code === 'unreachable') state.value = WRITING
  }
  const stops = [
    ...['storage', 'focus', 'pageshow', 'visibilitychange'].map((type) => onWindow(type, meet, page)),
    ...['online', 'offline'].map((type) => onWindow(type, connected, page)),
    onWindow('beforeunload', (event) => { if (draft.peek().description !== '' && !kept.isStored()) event.preventDefault() }, page),
  ]
  return {
    draft, state, isOffline, hasFiles, over, isSendable,
    isKept: kept.isStored,
    write: (description) => change({ description }),
    choose: (category) => change({ category }),
    offer(text) {
      const begun = draft.peek().description
      if (text !== '' && !begun.includes(text)) change({ description: begun.trim() === '' ? text : `${begun.trimEnd()}\n\n${text}` })
    },
    async send() {
      if (!isSendable() || meet()) return null
      const sent = draft.peek()
      const text = written(sent.description)
      state.value = { kind: 'sending', text }
      const result = await submit(sent).catch(() => null)
      if (result === null || !result.ok) {
        state.value = { kind: 'writing', problem: result?.problem ?? UNREACHABLE }
        return null
      }
      const now = kept.meet(draft.peek())
      // Text that another tab wrote during the send request is kept as the draft of a new message.
      draft.value = now.description === sent.description ? { ...now, subject: '', description: '', category: 'general' } : now
      kept.write(draft.peek())
      state.value = { kind: 'sent', text, number: result.value.ticket_number }
      return result.value.ticket_number
    },
    dispose() {
      for (const stop of stops) stop()
    },
  }
}
