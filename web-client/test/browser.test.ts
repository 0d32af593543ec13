// The browser's edges where it refuses: storage, locks.

import { afterEach, describe, expect, test } from 'vitest'
import { isKept, lock, storageOr } from '../src/app/browser.ts'
import { isComposing } from '../src/ui/composition.ts'

const descriptors = ['localStorage', 'navigator'].map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const)
afterEach(() => { for (const [name, one] of descriptors) { if (one === undefined) Reflect.deleteProperty(globalThis, name); else Object.defineProperty(globalThis, name, one) } })
const give = (name: string, get: () => unknown) => Object.defineProperty(globalThis, name, { configurable: true, get })

describe('a browser that refuses', () => {
  test('storage: what one part of the page writes, the next one finds, and nobody believes it kept', () => {
    give('localStorage', () => { throw new DOMException('denied', 'SecurityError') })
    storageOr('localStorage').setItem('helpline.draft', 'text')
    expect(storageOr('localStorage').getItem('helpline.draft')).toBe('text')
    expect(isKept(storageOr('localStorage'))).toBe(false)
  })
  test('locks: says so, and runs nothing twice', async () => {
    give('navigator', () => ({ locks: { request: () => Promise.reject(new DOMException('denied', 'SecurityError')) } }))
    let runs = 0
    await expect(lock('a', async () => { runs++ })).rejects.toThrow('denied')
    expect(runs).toBe(0)
  })
  test('a lock that is never given is not waited for without end', async () => {
    let signal: AbortSignal | undefined
    give('navigator', () => ({ locks: { request: (_name: string, options: { signal?: AbortSignal }) => { signal = options.signal; return Promise.resolve() } } }))
    await lock('a', async () => {})
    expect(signal).toBeInstanceOf(AbortSignal)
  })
})

test('the Enter that commits a composition is no Enter, in Safari neither', () => {
  expect(isComposing({ isComposing: true, keyCode: 13 })).toBe(true)
  expect(isComposing({ isComposing: false, keyCode: 229 })).toBe(true)
  expect(isComposing({ isComposing: false, keyCode: 13 })).toBe(false)
})
