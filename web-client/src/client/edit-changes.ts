// The actions of the form that edits or removes a message. This file is loaded together with that form.

import { LIMITS } from '../protocol/generated.ts'
import type { Result } from '../rest/request.ts'
import { messageOf } from '../timeline/view.ts'
import type { Edits } from './edits.ts'
import { written } from './written.ts'

export interface EditChanges {
  write(text: string): void
  bodyBytesMax(): number
  /** Closes the form. The edited text is kept, so that the person can continue the edit. */
  leave(): void
  /** Closes the form and discards the edited text. */
  giveUp(): void
  save(): Promise<void>
  remove(): Promise<void>
}

export function changesOf({ changing, texts, bases, replaced, keep, parts: { client, timeline, open } }: Edits): EditChanges {
  /** Runs `act`, unless a request of this form is already running. `sent` is the text to save, or null for a removal. */
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
        // The person went on writing during the save request. Keep the newer text, now as an edit of the text that was just saved.
        if (base !== undefined) replaced.set(now.of, base)
        bases.set(now.of, written(sent))
      }
      keep(now.of, isMore ? text : null)
      if (isStill) changing.value = isMore ? { ...now, isBusy: false, problem: null } : null
    } else if (isStill) changing.value = { ...now, isBusy: false, problem: result.problem }
  }
  return {
    write(text) {
      const now = changing.peek()
      if (now !== null) keep(now.of, text)
    },
    bodyBytesMax() {
      const state = client.connection.value
      return state.kind === 'live' ? state.limits.body_bytes_max : LIMITS.body_bytes_max
    },
    leave() {
      const now = changing.peek()
      if (now === null) return
      // Discard an edited text that equals the original message.
      const text = texts.peek().get(now.of)
      if (now.change === 'edit' && (text === bases.get(now.of) || text === messageOf(timeline.peek(), now.of)?.body)) keep(now.of, null)
      changing.value = null
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
      // The message was edited in another tab after this edit began. Warn the author, and save only if the author tries to save again.
      if (bases.get(now.of) !== body && replaced.get(now.of) !== body) {
        bases.set(now.of, body)
        changing.value = { ...now, problem: { code: 'stale', title: '' } }
        return
      }
      await attempt((ticket, message) => client.rest.edit(ticket, message, written(text)), text)
    },
    remove: () => attempt((ticket, message) => client.rest.redact(ticket, message), null),
  }
}
