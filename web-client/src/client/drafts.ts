// Drafts: one unsent text for each ticket, kind (message or note) and person. Drafts survive a reload, and only their author sees them.

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
  /**
   * The sequence number of the last event that the writer had seen when the text was begun. The writer may not have seen the events after
   * that event.
   */
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
/** The names of the drafts that will be lost when the page closes, because the browser's storage is full or not permanent. */
const homeless = new Set<string>()
/** For each draft, the text that this page last read from the storage or wrote to it. */
const agreed = new Map<string, string>()

/** The parts of the browser page that the drafts use. */
type DraftsPage = Pick<Page, 'document' | 'addEventListener' | 'removeEventListener'>

/** Opens the drafts of `user`. All later calls of this module's functions use these drafts. */
export function openDrafts(user: string, kept: KeyValue = storageOr('localStorage'), page: DraftsPage = thisPage, by: Clock = clock): void {
  // The drafts of this user are already open. Opening them again would lose drafts that exist only in memory.
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

/** Removes the drafts from memory. They stay in the storage for their author. */
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

/**
 * Removes the draft before its text is sent. Returns false if another tab has sent or changed the draft; the draft then contains the merged text, and
 * the caller must not send.
 */
export function sendDraft(ticket: string, mode: Mode, text: string): boolean {
  const name = `${ticket}/${mode}`
  if (!storedText(name).startsWith(agreed.get(name) ?? '')) {
    meet(name)
    if (draftOf(ticket, mode).text !== text) return false
  }
  put(name, null)
  return true
}

/** Moves an unsent message back into the draft, below any text that the draft already contains. Stores the draft at once. */
export function returnToDraft(ticket: string, mode: Mode, body: string, position: number): void {
  // A message that has only files has no text.
  if (body === '') return
  const begun = draftOf(ticket, mode).text.trimEnd()
  writeDraft(ticket, mode, begun === '' ? body : `${begun}\n\n${body}`, position)
  keep()
}

/**
 * Call when the writer of the draft has seen all events up to the sequence number `position`. After the call, only events after `position`
 * count as unseen.
 */
export function rebaseDraft(ticket: string, mode: Mode, position: number): void {
  const before = draftOf(ticket, mode)
  if (before.text !== '') put(`${ticket}/${mode}`, { ...before, begun_at: position })
}

function put(name: string, draft: DraftText | null): void {
  show(name, draft)
  unkept.add(name)
  stopKeeping()
  // Store the removal of a draft at once, so that a sent text never reappears as a draft. Store a changed text only after a pause in
  // typing.
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
      // The storage has no room: keep the draft in memory, and record that the page must ask the person before it closes.
      homeless.add(name)
      agreed.set(name, storedText(name))
    }
  }
  unkept.clear()
}

const stored = (name: string): DraftText | null => decode(storage.getItem(prefix + name))
const storedText = (name: string): string => stored(name)?.text ?? ''

/** Merges the draft that another tab stored with the draft written in this tab. */
function meet(name: string): void {
  const [base, here, there] = [agreed.get(name) ?? '', drafts.peek().get(name) ?? EMPTY, stored(name) ?? EMPTY]
  if (there.text === base) return
  agreed.set(name, there.text)
  const text = merged(base, here.text, there.text)
  if (text === here.text) return
  const begun = [here.begun_at, there.begun_at].filter((at) => at > 0)
  show(name, text === '' ? null : text === there.text ? there : { text, begun_at: begun.length === 0 ? 0 : Math.min(...begun) })
}

/**
 * Call when another tab of this person has written, sent or deleted a draft. Merges that tab's version with this tab's version, so that no
 * text is lost or sent twice.
 */
export function draftChangedElsewhere(item: string): void {
  if (prefix !== '' && item.startsWith(prefix)) meet(item.slice(prefix.length))
}

/** Merges all stored drafts. Call when the tab resumes, because other tabs may have changed drafts while it was suspended. */
export function lookAgain(): void {
  if (prefix === '') return
  const names = namesOf(storage, prefix).map((item) => item.slice(prefix.length))
  for (const name of new Set([...names, ...drafts.peek().keys()])) meet(name)
}

function follow(page: DraftsPage): () => void {
  const on = (call: (event: Event) => void, ...types: readonly string[]) => types.map((type) => onWindow(type, call, page))
  const stops = [
    ...on((event) => { if (endsWithPage()) event.preventDefault() }, 'beforeunload'),
    // Store drafts when this tab loses focus, before the person can type in another tab.
    ...on(keep, 'pagehide', 'blur', 'freeze'),
    ...on(lookAgain, 'pageshow', 'focus', 'resume'),
    ...on(() => (page.document.visibilityState === 'visible' ? lookAgain() : keep()), 'visibilitychange'),
    onStored(draftChangedElsewhere, page),
  ]
  return () => { for (const stop of stops) stop() }
}

/** Stores all drafts. Returns true if a draft will be lost when the page closes, because the browser's storage is full or not permanent. */
export function endsWithPage(): boolean {
  keep()
  return homeless.size > 0
}

function decode(source: string | null): DraftText | null {
  const value = parseJson(source ?? '')
  const written = isObject(value) ? text(value['text']) : null
  return written === null || !isObject(value) ? null : { text: written, begun_at: count(value['begun_at']) ?? 0 }
}
