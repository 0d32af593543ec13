// Tests with two tabs of one person that share one storage: no tab erases what was written in the other, and nothing is sent twice.

import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { memoryStorage } from '../src/client/browser.ts'
import type { KeyValue } from '../src/outbox/store.ts'
import { testPage } from './help/page.ts'
import { below, seeded } from './help/random.ts'

const before = Object.getOwnPropertyDescriptor(globalThis, 'localStorage')
let storage: KeyValue = memoryStorage()
beforeEach(() => {
  vi.useFakeTimers()
  storage = memoryStorage()
  Object.defineProperty(globalThis, 'localStorage', { configurable: true, get: () => storage })
})
afterAll(() => {
  vi.useRealTimers()
  if (before === undefined) Reflect.deleteProperty(globalThis, 'localStorage')
  else Object.defineProperty(globalThis, 'localStorage', before)
})

const NAME = 'helpline.draft.ada.t1/message'
const pause = () => vi.advanceTimersByTime(1_000)

async function openTab() {
  vi.resetModules()
  const drafts = await import('../src/client/drafts.ts')
  drafts.openDrafts('ada', storage, testPage().page)
  return {
    ...drafts,
    /** The text that the person sees in this tab. */
    text: () => drafts.draftOf('t1', 'message').text,
    type: (text: string) => drafts.writeDraft('t1', 'message', text, 1),
    send: () => drafts.sendDraft('t1', 'message', drafts.draftOf('t1', 'message').text),
    /** Delivers the storage event that reports what the other tab has stored. */
    hear: () => drafts.draftChangedElsewhere(NAME),
  }
}
const stored = () => storage.getItem(NAME) ?? ''

describe('two tabs on one ticket', () => {
  test('a text written here before the other tab’s change arrived is kept with the text written there', async () => {
    const [a, b] = [await openTab(), await openTab()]
    a.type('begun in a')
    b.type('begun in b')
    pause()
    a.hear()
    b.hear()
    for (const text of [a.text(), stored()]) {
      expect(text).toContain('begun in a')
      expect(text).toContain('begun in b')
    }
  })
  test('a text sent there does not remove what was written here, even if it is stored already', async () => {
    const [a, b] = [await openTab(), await openTab()]
    b.type('begun in b')
    pause()
    // Tab `a` was frozen, so it has not received the storage event about the text of tab `b`.
    a.type('short')
    a.send()
    expect(stored()).toContain('begun in b')
    b.hear()
    expect(b.text()).toBe('begun in b')
    expect((await openTab()).text(), 'after a reload').toBe('begun in b')
  })
  test('a text sent there is removed here before the text added to it', async () => {
    const [a, b] = [await openTab(), await openTab()]
    a.type('Hello.')
    pause()
    b.hear()
    b.type('Hello. And another thing')
    a.send()
    b.hear()
    pause()
    expect(b.text()).toBe('And another thing')
    expect(stored()).not.toContain('Hello')
  })
  test('a suspended tab finds what became of its text when it is visible again', async () => {
    const [a, b] = [await openTab(), await openTab()]
    a.type('sent while b slept')
    pause()
    b.hear()
    a.send()
    b.lookAgain()
    expect(b.text()).toBe('')
    a.type('begun while b slept')
    pause()
    b.lookAgain()
    expect(b.text()).toBe('begun while b slept')
  })
  test('a text deleted and begun again is no conflict', async () => {
    const [a, b] = [await openTab(), await openTab()]
    a.type('one')
    pause()
    b.hear()
    b.type('')
    a.hear()
    a.type('two')
    pause()
    b.hear()
    expect([a.text(), b.text(), stored().includes('one')]).toEqual(['two', 'two', false])
  })
})

test('whatever two tabs do, no word that was neither sent nor deleted is lost, and none is sent twice', async () => {
  for (let seed = 1; seed <= 25; seed++) {
    const random = seeded(seed)
    storage = memoryStorage()
    const tabs = [await openTab(), await openTab()]
    const [alive, sent] = [new Set<string>(), [] as string[]]
    for (let step = 0; step < 24; step++) {
      const tab = tabs[below(random, 2)]
      if (tab === undefined) continue
      switch (below(random, 6)) {
        case 0:
        case 1: {
          const word = `w${step};`
          alive.add(word)
          tab.type(`${tab.text()}${word}`)
          break
        }
        case 2: {
          const words = tab.text().match(/w\d+;/g) ?? []
          if (!tab.send()) break
          for (const word of words) {
            expect(sent, `seed ${seed}: ${word} is sent once`).not.toContain(word)
            sent.push(word)
            alive.delete(word)
          }
          break
        }
        case 3: tab.hear(); break
        case 4: tab.lookAgain(); break
        default: pause()
      }
    }
    pause()
    for (const tab of tabs) tab.hear()
    pause()
    for (const tab of tabs) tab.hear()
    const left = (await openTab()).text()
    for (const word of alive) expect(left, `seed ${seed}: ${word}`).toContain(word)
    for (const word of sent) expect(left, `seed ${seed}: sent ${word}`).not.toContain(word)
  }
})
