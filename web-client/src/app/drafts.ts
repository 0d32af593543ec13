// Texts begun and not sent, per ticket, kind and person: they survive a reload, and are nobody else's.

import { signal } from '@preact/signals'
import { count, isObject, parseJson, text } from '../protocol/narrow.ts'
import { clock, namesOf, storageOr } from './browser.ts'
import { isForgotten } from './forget.ts'

export interface DraftText {
  readonly text: string
  /** Where the writer stood in the history when the text was begun: what came after it, they may not have seen. */
  readonly begun_at: number
}

export type Mode = 'message' | 'note'

const EMPTY: DraftText = { text: '', begun_at: 0 }
const KEEP_MS = 300
const drafts = signal<ReadonlyMap<string, DraftText>>(new Map())
let prefix = ''
let owner = ''
let stopKeeping = () => {}
const unkept = new Set<string>()

/** From now on the drafts are this person's. */
export function openDrafts(user: string): void {
  keep()
  owner = user
  prefix = `helpline.draft.${user}.`
  const storage = storageOr('localStorage')
  drafts.value = new Map(namesOf(storage, prefix).flatMap((name) => {
    const draft = decode(storage.getItem(name))
    return draft === null ? [] : [pair(name.slice(prefix.length), draft)]
  }))
}

/** Nobody's: what was written is kept for its author, and is in no memory. */
export function closeDrafts(): void {
  keep()
  owner = ''
  prefix = ''
  drafts.value = new Map()
}

export function draftOf(ticket: string, mode: Mode): DraftText {
  return drafts.value.get(`${ticket}/${mode}`) ?? EMPTY
}

export function writeDraft(ticket: string, mode: Mode, next: string, position: number): void {
  const before = draftOf(ticket, mode)
  put(`${ticket}/${mode}`, next === '' ? null : { text: next, begun_at: before.text === '' ? position : before.begun_at })
}

/** A message comes back to be written anew: behind whatever has been begun meanwhile, and kept at once. */
export function returnToDraft(ticket: string, mode: Mode, body: string, position: number): void {
  const begun = draftOf(ticket, mode).text.trimEnd()
  writeDraft(ticket, mode, begun === '' ? body : `${begun}\n\n${body}`, position)
  keep()
}

/** The writer has seen everything up to here and goes on: the guard starts over. */
export function rebaseDraft(ticket: string, mode: Mode, position: number): void {
  const before = draftOf(ticket, mode)
  if (before.text !== '') put(`${ticket}/${mode}`, { ...before, begun_at: position })
}

function put(name: string, draft: DraftText | null): void {
  const next = new Map(drafts.value)
  if (draft === null) next.delete(name)
  else next.set(name, draft)
  drafts.value = next
  unkept.add(name)
  stopKeeping()
  // What was sent must not come back; what is being written may wait for a pause.
  if (draft === null) keep()
  else stopKeeping = clock.after(KEEP_MS, keep)
}

function keep(): void {
  stopKeeping()
  const storage = storageOr('localStorage')
  if (prefix === '' || isForgotten(owner)) unkept.clear()
  for (const name of unkept) {
    const draft = drafts.value.get(name)
    try {
      if (draft === undefined) storage.removeItem(prefix + name)
      else storage.setItem(prefix + name, JSON.stringify(draft))
    } catch {
      // No room: the draft lives as long as the page.
    }
  }
  unkept.clear()
}

/** Another tab of this person wrote, sent or deleted it: it must not stand here to be sent again, nor overwrite what is newer. */
export function draftChangedElsewhere(item: string): void {
  const name = item.slice(prefix.length)
  if (prefix === '' || !item.startsWith(prefix) || unkept.has(name)) return
  const draft = decode(storageOr('localStorage').getItem(item))
  const next = new Map(drafts.peek())
  if (draft === null) next.delete(name)
  else next.set(name, draft)
  drafts.value = next
}

// Outside a browser, in tests, nobody leaves and no other tab writes.
if (typeof addEventListener === 'function') {
  addEventListener('pagehide', keep)
  addEventListener('storage', (event) => { if (event.key !== null) draftChangedElsewhere(event.key) })
}

function decode(source: string | null): DraftText | null {
  const value = source === null ? null : parseJson(source)
  const written = isObject(value) ? text(value['text']) : null
  return written === null || !isObject(value) ? null : { text: written, begun_at: count(value['begun_at']) ?? 0 }
}

/** What there was no room for: it lives as long as the page. */
const unstored = new Map<string, string>()

/** One text by name, for what is no answer (a ticket being described). */
export function keptText(user: string, name: string): { read(): string; write(next: string): void } {
  const [storage, item] = [storageOr('localStorage'), `helpline.text.${user}.${name}`]
  return {
    read: () => unstored.get(item) ?? storage.getItem(item) ?? '',
    write(next) {
      unstored.delete(item)
      try {
        if (next === '') storage.removeItem(item)
        else storage.setItem(item, next)
      } catch {
        unstored.set(item, next)
      }
    },
  }
}

function pair(name: string, draft: DraftText): readonly [string, DraftText] {
  return [name, draft]
}
