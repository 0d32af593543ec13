// Drafts: unsent texts per ticket, kind and person. They survive a reload, and only their author sees them.

import { signal } from '@preact/signals'
import type { Clock } from '../connection/transport.ts'
import type { KeyValue } from '../outbox/store.ts'
import { count, isObject, parseJson, text } from '../protocol/narrow.ts'
import { clock, isKept, memoryStorage, namesOf, storageOr, thisPage, type Page } from './browser.ts'
import { isForgotten } from './forget.ts'
import { merged } from './merged-text.ts'
import { onStored } from './on-stored.ts'
import { onWindow } from './on-window.ts'

export interface DraftText {
  readonly text: string
  /** The writer's position in the history when the text was begun: later events may be unseen. */
  readonly begun_at: number
}

export type Mode = 'message' | 'note'

const EMPTY: DraftText = { text: '', begun_at: 0 }
const KEEP_MS = 300
const drafts = signal<ReadonlyMap<string, DraftText>>(new Map())
let prefix = ''
let owner = ''
let stopKeeping = () => {}
let stopFollowing = () => {}
let storage = memoryStorage()
let time = clock
const unkept = new Set<string>()
/** Drafts that the storage had no room for: they are lost with the page. */
const homeless = new Set<string>()
/** The texts as they were when this page and the storage last agreed. */
const agreed = new Map<string, string>()

/** The parts of the page that drafts use. */
type DraftsPage = Pick<Page, 'document' | 'addEventListener' | 'removeEventListener'>

/** Opens the drafts of this person; from now on, all calls refer to them. */
export function openDrafts(user: string, kept: KeyValue = storageOr('localStorage'), page: DraftsPage = thisPage, by: Clock = clock): void {
  // Reopening would lose drafts that exist only in memory.
  if (owner === user) return
  keep()
  homeless.clear()
  agreed.clear()
  owner = user
  prefix = `helpline.draft.${user}.`
  stopFollowing()
  stopFollowing = follow(page)
  storage = kept
  time = by
  drafts.value = new Map(namesOf(storage, prefix).flatMap((name) => {
    const draft = decode(storage.getItem(name))
    return draft === null ? [] : [[name.slice(prefix.length), draft] as const]
  }))
  for (const [name, draft] of drafts.peek()) agreed.set(name, draft.text)
}

/** Closes the drafts: they stay stored for their author, and leave the memory. */
export function closeDrafts(): void {
  keep()
  stopFollowing()
  homeless.clear()
  owner = ''
  prefix = ''
  agreed.clear()
  drafts.value = new Map()
}

export function draftOf(ticket: string, mode: Mode): DraftText {
  return drafts.value.get(`${ticket}/${mode}`) ?? EMPTY
}

export function writeDraft(ticket: string, mode: Mode, next: string, position: number): void {
  const before = draftOf(ticket, mode)
  put(`${ticket}/${mode}`, next === '' ? null : { text: next, begun_at: before.text === '' ? position : before.begun_at })
}

/** Removes a text that is about to be sent. False: another tab has sent or changed it, and the draft now shows the result. */
export function sendDraft(ticket: string, mode: Mode, text: string): boolean {
  const name = `${ticket}/${mode}`
  if (!storedText(name).startsWith(agreed.get(name) ?? '')) {
    meet(name)
    if (draftOf(ticket, mode).text !== text) return false
  }
  put(name, null)
  return true
}

/** Puts a message back into the draft, after any text begun in the meantime, and stores it at once. */
export function returnToDraft(ticket: string, mode: Mode, body: string, position: number): void {
  const begun = draftOf(ticket, mode).text.trimEnd()
  writeDraft(ticket, mode, begun === '' ? body : `${begun}\n\n${body}`, position)
  keep()
}

/** The writer has seen everything up to `position` and continues: only later events count as unseen. */
export function rebaseDraft(ticket: string, mode: Mode, position: number): void {
  const before = draftOf(ticket, mode)
  if (before.text !== '') put(`${ticket}/${mode}`, { ...before, begun_at: position })
}

function put(name: string, draft: DraftText | null): void {
  show(name, draft)
  unkept.add(name)
  stopKeeping()
  // A sent text must not come back, so its removal is stored at once. A text being written is stored after a pause.
  if (draft === null) keep()
  else stopKeeping = time.after(KEEP_MS, keep)
}

function show(name: string, draft: DraftText | null): void {
  const next = new Map(drafts.peek())
  if (draft === null) next.delete(name)
  else next.set(name, draft)
  drafts.value = next
}

function keep(): void {
  stopKeeping()
  if (prefix === '' || isForgotten(owner)) unkept.clear()
  for (const name of unkept) {
    meet(name)
    const draft = drafts.peek().get(name)
    agreed.set(name, draft?.text ?? '')
    try {
      homeless.delete(name)
      if (draft === undefined) storage.removeItem(prefix + name)
      else storage.setItem(prefix + name, JSON.stringify(draft))
      if (draft !== undefined && !isKept(storage)) homeless.add(name)
    } catch {
      // No room: the draft lives as long as the page, which asks before it closes.
      homeless.add(name)
      agreed.set(name, storedText(name))
    }
  }
  unkept.clear()
}

const stored = (name: string): DraftText | null => decode(storage.getItem(prefix + name))
const storedText = (name: string): string => stored(name)?.text ?? ''

/** Merges the text that another tab stored with the text written here. */
function meet(name: string): void {
  const [base, here, there] = [agreed.get(name) ?? '', drafts.peek().get(name) ?? EMPTY, stored(name) ?? EMPTY]
  if (there.text === base) return
  agreed.set(name, there.text)
  const text = merged(base, here.text, there.text)
  if (text === here.text) return
  const begun = [here.begun_at, there.begun_at].filter((at) => at > 0)
  show(name, text === '' ? null : text === there.text ? there : { text, begun_at: begun.length === 0 ? 0 : Math.min(...begun) })
}

/** Another tab of this person wrote, sent or deleted a draft: merge it, so that neither text is lost and nothing is sent twice. */
export function draftChangedElsewhere(item: string): void {
  if (prefix !== '' && item.startsWith(prefix)) meet(item.slice(prefix.length))
}

/** Other tabs may have written or sent drafts while this one was suspended. */
export function lookAgain(): void {
  if (prefix === '') return
  const names = namesOf(storage, prefix).map((item) => item.slice(prefix.length))
  for (const name of new Set([...names, ...drafts.peek().keys()])) meet(name)
}

function follow(page: DraftsPage): () => void {
  const on = (call: (event: Event) => void, ...types: readonly string[]) => types.map((type) => onWindow(type, call, page))
  const stops = [
    ...on((event) => { if (endsWithPage()) event.preventDefault() }, 'beforeunload'),
    // Store the drafts before the person can type in another tab.
    ...on(keep, 'pagehide', 'blur', 'freeze'),
    ...on(lookAgain, 'pageshow', 'focus', 'resume'),
    ...on(() => (page.document.visibilityState === 'visible' ? lookAgain() : keep()), 'visibilitychange'),
    onStored(draftChangedElsewhere, page),
  ]
  return () => { for (const stop of stops) stop() }
}

/** Whether a draft would be lost with the page. */
export function endsWithPage(): boolean {
  keep()
  return homeless.size > 0
}

function decode(source: string | null): DraftText | null {
  const value = parseJson(source ?? '')
  const written = isObject(value) ? text(value['text']) : null
  return written === null || !isObject(value) ? null : { text: written, begun_at: count(value['begun_at']) ?? 0 }
}
