// Tests of drafts: two tabs of one person, a message that becomes a draft again, and a storage that is full.

import { effect } from '@preact/signals'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { memoryStorage } from '../src/client/browser.ts'
import { forgetPerson } from '../src/client/forget.ts'
import { closeDrafts, draftChangedElsewhere, draftOf, endsWithPage, openDrafts, returnToDraft, writeDraft } from '../src/client/drafts.ts'
import { keptText } from '../src/client/kept-text.ts'
import { testPage } from './help/page.ts'

let storage = memoryStorage()
let browser = testPage()
beforeEach(() => {
  storage = memoryStorage()
  browser = testPage()
  openDrafts('ada', storage, browser.page)
})
afterEach(closeDrafts)
const NAME = 'helpline.draft.ada.t1/message'

test('a text sent in another tab is not offered here again, and a text written there is not overwritten', () => {
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

test('a returned message is put after the text already begun, and stored at once', () => {
  writeDraft('t1', 'message', 'begun ', 4)
  returnToDraft('t1', 'message', 'refused', 9)
  expect(draftOf('t1', 'message')).toEqual({ text: 'begun\n\nrefused', begun_at: 4 })
  expect(storage.getItem(NAME)).toContain('refused')
  returnToDraft('t1', 'note', 'alone', 9)
  expect(draftOf('t1', 'note')).toEqual({ text: 'alone', begun_at: 9 })
})

test('the next person finds no drafts of the one before, who finds their own again', () => {
  writeDraft('t1', 'message', 'hers', 1)
  closeDrafts()
  expect(draftOf('t1', 'message').text).toBe('')
  openDrafts('carl', storage, browser.page)
  expect(draftOf('t1', 'message').text).toBe('')
  openDrafts('ada', storage, browser.page)
  expect(draftOf('t1', 'message').text).toBe('hers')
})

test('a text without room stays when the drafts of its author are opened again', () => {
  storage.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }
  writeDraft('t1', 'message', 'hers', 1)
  openDrafts('ada', storage, browser.page)
  expect(draftOf('t1', 'message').text).toBe('hers')
  openDrafts('carl', storage, browser.page)
  expect(draftOf('t1', 'message').text).toBe('')
  expect(endsWithPage()).toBe(false)
})

test('nothing is stored any more for a forgotten person', () => {
  const kept = keptText('forgotten', 'new-ticket', storage)
  kept.write('described')
  forgetPerson('forgotten', storage)
  kept.write('described anew')
  expect(kept.read()).toBe('')
  expect([...Array(storage.length).keys()].map((index) => storage.key(index))).toEqual([])
})

test('a text without room lives as long as the page', () => {
  storage.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }
  keptText('ada', 'new-ticket', storage).write('described')
  expect(keptText('ada', 'new-ticket', storage).read()).toBe('described')
})

test('a draft begun a moment ago is not written back for a forgotten person', () => {
  openDrafts('eve', storage, browser.page)
  writeDraft('t1', 'message', 'hers', 1)
  forgetPerson('eve', storage)
  closeDrafts()
  expect(storage.length).toBe(0)
})

test('a page asks before it closes while a draft is only in memory', () => {
  writeDraft('t1', 'message', 'hers', 1)
  expect(endsWithPage(), 'kept').toBe(false)
  storage.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }
  writeDraft('t1', 'message', 'hers, and longer', 1)
  expect(endsWithPage()).toBe(true)
  writeDraft('t1', 'message', '', 1)
  expect(endsWithPage()).toBe(false)
})

test('opening drafts reads nothing that writing changes: the caller does not run again for every letter', () => {
  let begun = 0
  const stop = effect(() => {
    begun++
    openDrafts('ada', storage, browser.page)
  })
  writeDraft('t1', 'message', 'a', 1)
  expect([begun, draftOf('t1', 'message').text]).toEqual([1, 'a'])
  stop()
})

test('the page’s events are handled as long as drafts are open: leaving, returning, changes in other tabs', () => {
  writeDraft('t1', 'message', 'hers', 1)
  expect(storage.getItem(NAME), 'not yet').toBeNull()
  browser.fire('blur')
  expect(storage.getItem(NAME)).toContain('hers')
  writeDraft('t1', 'message', 'hers, longer', 1)
  browser.document.visibilityState = 'hidden'
  browser.fire('visibilitychange')
  expect(storage.getItem(NAME)).toContain('hers, longer')
  storage.setItem(NAME, JSON.stringify({ text: 'from another tab', begun_at: 1 }))
  browser.fire('storage', { key: NAME })
  expect(draftOf('t1', 'message').text).toBe('from another tab')
  storage.removeItem(NAME)
  browser.document.visibilityState = 'visible'
  browser.fire('visibilitychange')
  expect(draftOf('t1', 'message').text, 'this tab has slept meanwhile').toBe('')
  expect(browser.fire('beforeunload')).toBe(false)
  storage.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }
  writeDraft('t1', 'message', 'no room', 1)
  expect(browser.fire('beforeunload'), 'asks before it goes').toBe(true)
  closeDrafts()
  expect(browser.listening()).toBe(0)
})
