// Tests of browser functions that may be refused: storage and locks.

import { afterEach, describe, expect, test } from 'vitest'
import { hushToast, toast } from '../src/client/notifications.ts'
import { isFull, isKept, keepItem, memoryStorage, storageOr } from '../src/client/browser.ts'
import { hasRoom, lock } from '../src/client/browser-send.ts'
import { keptText } from '../src/client/kept-text.ts'
import { createDevAuth } from '../src/client/dev-auth.ts'
import { keptTicketDraft } from '../src/client/ticket-draft.ts'
import '../src/locales/page.ts'
import { isComposing } from '../src/ui/composition.ts'

const descriptors = ['localStorage', 'sessionStorage', 'navigator'].map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const)
afterEach(() => { for (const [name, one] of descriptors) { if (one === undefined) Reflect.deleteProperty(globalThis, name); else Object.defineProperty(globalThis, name, one) } })
const give = (name: string, get: () => unknown) => Object.defineProperty(globalThis, name, { configurable: true, get })

describe('a browser that refuses', () => {
  test('storage: parts of the page share what they write, and it is reported as not kept', () => {
    give('localStorage', () => { throw new DOMException('denied', 'SecurityError') })
    storageOr('localStorage').setItem('helpline.draft', 'text')
    expect(storageOr('localStorage').getItem('helpline.draft')).toBe('text')
    expect(isKept(storageOr('localStorage'))).toBe(false)
  })
  test('locks: reports it, and runs nothing twice', async () => {
    give('navigator', () => ({ locks: { request: () => Promise.reject(new DOMException('denied', 'SecurityError')) } }))
    let runs = 0
    await expect(lock('a', async () => { runs++ })).rejects.toThrow('denied')
    expect(runs).toBe(0)
  })
  test('the wait for a lock that is never granted ends', async () => {
    let signal: AbortSignal | undefined
    give('navigator', () => ({ locks: { request: (_name: string, options: { signal?: AbortSignal }) => { signal = options.signal; return Promise.resolve() } } }))
    await lock('a', async () => {})
    expect(signal).toBeInstanceOf(AbortSignal)
  })
})

test('the Enter that commits a composition does not count as Enter, not even in Safari', () => {
  expect(isComposing({ isComposing: true, keyCode: 13 })).toBe(true)
  expect(isComposing({ isComposing: false, keyCode: 229 })).toBe(true)
  expect(isComposing({ isComposing: false, keyCode: 13 })).toBe(false)
})

describe('storage that is full', () => {
  const full = { ...memoryStorage(), length: 0, setItem() { throw new DOMException('full', 'QuotaExceededError') } }
  test('a person is signed in all the same, and told that a reload signs them out', () => {
    give('sessionStorage', () => full)
    const auth = createDevAuth('')
    auth.demo?.signIn({ id: 'u1', name: 'Ada', email: null, role: null })
    expect(auth.state.peek()).toMatchObject({ kind: 'in', identity: { id: 'u1' } })
    expect(toast.peek()?.sentence).toContain('can’t keep you signed in')
    hushToast()
  })
  test('what is written there is known to be lost with the page: a ticket draft, a text, a choice', () => {
    give('localStorage', () => full)
    const draft = keptTicketDraft('u1')
    draft.write({ ...draft.first, subject: 'Printer' })
    expect(draft.isStored()).toBe(false)
    expect(keptTicketDraft('u1').first.subject).toBe('Printer')
    const text = keptText('u1', 'any')
    text.write('one')
    expect(text.isStored()).toBe(false)
    expect(keepItem(full, 'helpline.looks.theme', 'dark')).toBe(false)
    expect(isFull.peek()).toBe(true)
    expect(hasRoom(full)).toBe(false)
  })
  test('an item that fits is kept, and the check leaves nothing behind', () => {
    const storage = memoryStorage()
    give('localStorage', () => storage)
    expect(hasRoom(storage)).toBe(true)
    expect(storage.length).toBe(0)
    expect(keepItem(storage, 'helpline.looks.theme', 'dark')).toBe(true)
    expect(isFull.peek()).toBe(false)
    const text = keptText('u2', 'any')
    text.write('one')
    expect(text.isStored()).toBe(true)
  })
})
