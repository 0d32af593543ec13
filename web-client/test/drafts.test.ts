// Drafts: two tabs of one person, a message that comes back, a storage that has no room.

import { effect } from '@preact/signals'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { memoryStorage } from '../src/client/browser.ts'
import { forgetPerson } from '../src/client/forget.ts'
import { closeDrafts, draftChangedElsewhere, draftOf, endsWithPage, openDrafts, returnToDraft, writeDraft } from '../src/client/drafts.ts'
import { keptText } from '../src/client/kept-text.ts'

const before = Object.getOwnPropertyDescriptor(globalThis, 'localStorage')
let storage = memoryStorage()
beforeEach(() => {
  storage = memoryStorage()
  Object.defineProperty(globalThis, 'localStorage', { configurable: true, get: () => storage })
  openDrafts('ada')
})
afterEach(closeDrafts)
afterAll(() => {
  if (before === undefined) Reflect.deleteProperty(globalThis, 'localStorage')
  else Object.defineProperty(globalThis, 'localStorage', before)
})
const NAME = 'helpline.draft.ada.t1/message'

test('what another tab sent does not stand here to be sent again, and what it wrote is not overwritten', () => {
  storage.setItem(NAME, JSON.stringify({ text: 'begun there', begun_at: 3 }))
  draftChangedElsewhere(NAME)
  expect(draftOf('t1', 'message')).toEqual({ text: 'begun there', begun_at: 3 })
  storage.removeItem(NAME)
  draftChangedElsewhere(NAME)
  expect(draftOf('t1', 'message').text).toBe('')
  draftChangedElsewhere('helpline.draft.carl.t1/message')
  writeDraft('t1', 'message', 'being written here', 5)
  storage.setItem(NAME, JSON.stringify({ text: 'older', begun_at: 1 }))
  draftChangedElsewhere(NAME)
  expect(draftOf('t1', 'message').text, 'neither takes the place of the other').toBe('older\n\nbeing written here')
})

test('a message that comes back is put behind what was begun, and kept at once', () => {
  writeDraft('t1', 'message', 'begun ', 4)
  returnToDraft('t1', 'message', 'refused', 9)
  expect(draftOf('t1', 'message')).toEqual({ text: 'begun\n\nrefused', begun_at: 4 })
  expect(storage.getItem(NAME)).toContain('refused')
  returnToDraft('t1', 'note', 'alone', 9)
  expect(draftOf('t1', 'note')).toEqual({ text: 'alone', begun_at: 9 })
})

test('nobody finds the one before in memory, who finds their own again', () => {
  writeDraft('t1', 'message', 'hers', 1)
  closeDrafts()
  expect(draftOf('t1', 'message').text).toBe('')
  openDrafts('carl')
  expect(draftOf('t1', 'message').text).toBe('')
  openDrafts('ada')
  expect(draftOf('t1', 'message').text).toBe('hers')
})

test('a text for which there is no room stands when its author’s drafts are asked for again', () => {
  storage.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }
  writeDraft('t1', 'message', 'hers', 1)
  openDrafts('ada')
  expect(draftOf('t1', 'message').text).toBe('hers')
  openDrafts('carl')
  expect(draftOf('t1', 'message').text).toBe('')
  expect(endsWithPage()).toBe(false)
})

test('of a person who is forgotten nothing is kept any more', () => {
  const kept = keptText('forgotten', 'new-ticket')
  kept.write('described')
  forgetPerson('forgotten')
  kept.write('described anew')
  expect(kept.read()).toBe('')
  expect([...Array(storage.length).keys()].map((index) => storage.key(index))).toEqual([])
})

test('a text for which there is no room lives as long as the page', () => {
  storage.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }
  keptText('ada', 'new-ticket').write('described')
  expect(keptText('ada', 'new-ticket').read()).toBe('described')
})

test('a draft that was begun just now is not written back for a person who was forgotten', () => {
  openDrafts('eve')
  writeDraft('t1', 'message', 'hers', 1)
  forgetPerson('eve')
  closeDrafts()
  expect(storage.length).toBe(0)
})

test('a page asks before it goes while a draft is only in its memory', () => {
  writeDraft('t1', 'message', 'hers', 1)
  expect(endsWithPage(), 'kept').toBe(false)
  storage.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }
  writeDraft('t1', 'message', 'hers, and longer', 1)
  expect(endsWithPage()).toBe(true)
  writeDraft('t1', 'message', '', 1)
  expect(endsWithPage()).toBe(false)
})

test('opening them reads nothing that writing changes: what opens them is not begun anew by every letter', () => {
  let begun = 0
  const stop = effect(() => {
    begun++
    openDrafts('ada')
  })
  writeDraft('t1', 'message', 'a', 1)
  expect([begun, draftOf('t1', 'message').text]).toEqual([1, 'a'])
  stop()
})
