// The browser's edges in the shapes that the core asks for.

import { signal, type ReadonlySignal } from '@preact/signals'
import type { Clock } from '../connection/transport.ts'
import type { KeyValue } from '../outbox/store.ts'

/** What a store asks of the page that it stands in; each names the part that it needs. */
export interface Page {
  readonly location: Pick<Location, 'origin' | 'pathname' | 'search'>
  readonly navigator: Pick<Navigator, 'languages' | 'onLine'>
  readonly history: Pick<History, 'pushState' | 'replaceState'>
  readonly document: Pick<Document, 'visibilityState'>
  fetch(address: string, init?: RequestInit): Promise<Response>
  addEventListener(type: string, listener: (event: Event) => void, options?: AddEventListenerOptions): void
  removeEventListener(type: string, listener: (event: Event) => void, options?: EventListenerOptions): void
}

/** The default of every store that asks a page. Read when it is asked, never before. */
export const thisPage = globalThis

export const clock: Clock = {
  now: () => Date.now(),
  after(ms, call) {
    const timer = setTimeout(call, ms)
    return () => clearTimeout(timer)
  },
}

/** Calls again and again; gives the disposer. */
export function every(time: Pick<Clock, 'after'>, ms: number, call: () => void): () => void {
  let stop = () => {}
  const again = () => {
    stop = time.after(ms, () => {
      again()
      call()
    })
  }
  again()
  return () => stop()
}

type Kind = 'localStorage' | 'sessionStorage'
/** One a page: what is written by one part is found by the next. */
const memories = new Map<Kind, KeyValue>()

/** Storage may be forbidden outright; then things live as long as the page. */
export function storageOr(kind: Kind): KeyValue {
  try {
    const storage = kind === 'localStorage' ? localStorage : sessionStorage
    storage.getItem('helpline')
    return storage
  } catch {
    const memory = memories.get(kind) ?? memoryStorage()
    memories.set(kind, memory)
    return memory
  }
}

/** Whether what is written there outlives the page, as far as can be told. */
export function isKept(storage: KeyValue): boolean {
  return ![...memories.values()].includes(storage)
}

const full = signal(false)
/** What was stored last ends with the page. */
export const isFull: ReadonlySignal<boolean> = full

/** False: full or forbidden, it holds for as long as the page lives. */
export function keepItem(storage: KeyValue, item: string, value: string): boolean {
  let isStored = isKept(storage)
  try {
    storage.setItem(item, value)
  } catch {
    isStored = false
  }
  full.value = !isStored
  return isStored
}

export function memoryStorage(): KeyValue {
  const items = new Map<string, string>()
  return {
    get length() { return items.size },
    key: (index) => [...items.keys()][index] ?? null,
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  }
}

/** A fresh name for one send: 128 random bits, also where `randomUUID` is withheld (plain http). */
export function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** The names of all items that begin so. */
export function namesOf(storage: KeyValue, prefix: string): readonly string[] {
  return Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? '').filter((name) => name.startsWith(prefix))
}
