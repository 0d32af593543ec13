// Thin wrappers around browser functions (clock, storage, random keys), with the interfaces that the client's other modules expect.

import { signal, type ReadonlySignal } from '@preact/signals'
import type { Clock } from '../connection/transport.ts'
import type { KeyValue } from '../outbox/store.ts'

/** The parts of the browser's global object that the client's modules use. Each module selects the properties that it needs with `Pick`. */
export interface Page {
  readonly location: Pick<Location, 'origin' | 'pathname' | 'search'>
  readonly navigator: Pick<Navigator, 'languages' | 'onLine'>
  readonly history: Pick<History, 'pushState' | 'replaceState'>
  readonly document: Pick<Document, 'visibilityState'>
  fetch(address: string, init?: RequestInit): Promise<Response>
  addEventListener(type: string, listener: (event: Event) => void, options?: AddEventListenerOptions): void
  removeEventListener(type: string, listener: (event: Event) => void, options?: EventListenerOptions): void
}

/** The default value of all `page` parameters: the global object. Its properties are read when they are used, not at import. */
export const thisPage = globalThis

export const clock: Clock = {
  now: () => Date.now(),
  after(ms, call) {
    const timer = setTimeout(call, ms)
    return () => clearTimeout(timer)
  },
}

/** Calls `call` every `ms` milliseconds. Returns a function that stops the calls. */
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
/** In-memory replacements for browser storage, one for each kind, shared by all modules of the page. */
const memories = new Map<Kind, KeyValue>()

/** Returns the browser's storage. Where the browser forbids storage, returns an in-memory storage, whose items are lost with the page. */
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

/** Whether the storage keeps its items after the page closes: false for in-memory storage. */
export function isKept(storage: KeyValue): boolean {
  return ![...memories.values()].includes(storage)
}

const full = signal(false)
/** True if the item that was last given to `keepItem` could not be stored permanently. That item is lost when the page closes. */
export const isFull: ReadonlySignal<boolean> = full

/** Stores an item. Returns false if the storage is full or forbidden; the value is then lost when the page closes. */
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

/** Returns a random 128-bit idempotency key for one send. Also works on plain HTTP, where `crypto.randomUUID` is missing. */
export function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Deletes a database of the browser. Does nothing where the browser has none. */
export function dropDatabase(name: string): void {
  globalThis.indexedDB?.deleteDatabase(name)
}

/** Returns the names of all stored items that start with `prefix`. */
export function namesOf(storage: KeyValue, prefix: string): readonly string[] {
  return Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? '').filter((name) => name.startsWith(prefix))
}
