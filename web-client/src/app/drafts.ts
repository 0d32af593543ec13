// Texts begun and not sent, per ticket and kind, for as long as the page lives.

import { signal } from '@preact/signals'

export interface DraftText {
  readonly text: string
  /** Where the writer stood in the history when the text was begun: what came after it, they may not have seen. */
  readonly begun_at: number
}

export type Mode = 'message' | 'note'

const EMPTY: DraftText = { text: '', begun_at: 0 }
const drafts = signal<ReadonlyMap<string, DraftText>>(new Map())


export function draftOf(ticket: string, mode: Mode): DraftText {
  return drafts.value.get(`${ticket}/${mode}`) ?? EMPTY
}

export function writeDraft(ticket: string, mode: Mode, text: string, position: number): void {
  const before = draftOf(ticket, mode)
  const next = new Map(drafts.value)
  if (text === '') next.delete(`${ticket}/${mode}`)
  else next.set(`${ticket}/${mode}`, { text, begun_at: before.text === '' ? position : before.begun_at })
  drafts.value = next
}

/** The writer has seen everything up to here and goes on: the guard starts over. */
export function rebaseDraft(ticket: string, mode: Mode, position: number): void {
  const before = draftOf(ticket, mode)
  if (before.text !== '') drafts.value = new Map(drafts.value).set(`${ticket}/${mode}`, { ...before, begun_at: position })
}

/** Another person sits here now. */
export function forgetDrafts(): void {
  drafts.value = new Map()
}
