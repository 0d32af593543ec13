// The browser's functions in the shapes that the core expects.

import { signal, type ReadonlySignal } from '@preact/signals'
import type { Clock } from '../connection/transport.ts'
import type { KeyValue } from '../outbox/store.ts'

/** The parts of the page that stores use; each store names the parts that it needs. */
export interface Page {
  readonly location: Pick<Location, 'origin' | 'pathname' | 'search'>
  readonly navigator: Pick<Navigator, 'languages' | 'onLine'>
  readonly history: Pick<History, 'pushState' | 'replaceState'>
  readonly document: Pick<Document, 'visibilityState'>
  fetch(address: string, init?: RequestInit): Promise<Response>
  addEventListener(type: string, listener: (event: Event) => void, options?: AddEventListenerOptions): void
  removeEventListener(type: string, listener: (event: Event) => void, options?: EventListenerOptions): void
}

/** The default `page` of every store. Its properties are read on use, not on import. */
export const thisPage = globalThis

export const clock: Clock = {
  now: () => Date.now(),
  after(ms, call) {
    const timer = setTimeout(call, ms)
    return () => clearTimeout(timer)
  },
}

/** Calls `call` every `ms` milliseconds; returns the disposer. */
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
/** One in-memory storage per kind, shared by all parts of the page. */
const memories = new Map<Kind, KeyValue>()

/** Returns the browser's storage, or one in memory where storage is forbidden: its items live as long as the page. */
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

/** Whether items of this storage outlive the page, as far as can be told. */
export function isKept(storage: KeyValue): boolean {
  return ![...memories.values()].includes(storage)
}

const full = signal(false)
/** True if the last item could not be stored permanently: it is lost with the page. */
export const isFull: ReadonlySignal<boolean> = full

/** Stores an item. False if the storage is full or forbidden: the value lasts only as long as the page. */
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

/** A random key for one send, with 128 bits. Works on plain http too, where `randomUUID` is missing. */
export function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** The names of all items that start with `prefix`. */
export function namesOf(storage: KeyValue, prefix: string): readonly string[] {
  return Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? '').filter((name) => name.startsWith(prefix))
}
