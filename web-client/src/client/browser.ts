// The browser's edges in the shapes that the core asks for.

import { signal, type ReadonlySignal } from '@preact/signals'
import type { Clock, Socket } from '../connection/transport.ts'
import type { KeyValue } from '../outbox/store.ts'
import { SUBPROTOCOL } from '../protocol/generated.ts'

export const clock: Clock = {
  now: () => Date.now(),
  after(ms, call) {
    const timer = setTimeout(call, ms)
    return () => clearTimeout(timer)
  },
}

export function openSocket(origin: string): Socket {
  const url = new URL('/v1/ws', origin)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  return new WebSocket(url, SUBPROTOCOL)
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

const PROBE = 'helpline.probe'
const PROBE_CHARS = 2_000

/** Whether something of a message's usual size can still be stored so that it outlives the page. */
export function hasRoom(storage: KeyValue): boolean {
  try {
    storage.setItem(PROBE, 'x'.repeat(PROBE_CHARS))
    storage.removeItem(PROBE)
    return isKept(storage)
  } catch {
    return false
  }
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

/** A tab that was frozen may hold a lock for ever: nobody waits for it longer than a send may take. */
const LOCK_MS = 20_000

/** One tab at a time sends what one person has waiting for one ticket. Rejects where locks are refused, or one is not given in time. */
export async function lock(name: string, run: () => Promise<void>): Promise<void> {
  if ('locks' in navigator) await navigator.locks.request(name, { signal: AbortSignal.timeout(LOCK_MS) }, run)
  else await run()
}

/** The names of all items that begin so. */
export function namesOf(storage: KeyValue, prefix: string): readonly string[] {
  return Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? '').filter((name) => name.startsWith(prefix))
}

/** A UUIDv7: the record's ids rise with time. */
export function newUuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  const view = new DataView(bytes.buffer)
  const now = Date.now()
  view.setUint32(0, Math.floor(now / 0x1_0000))
  view.setUint16(4, now % 0x1_0000)
  view.setUint8(6, (view.getUint8(6) & 0x0f) | 0x70)
  view.setUint8(8, (view.getUint8(8) & 0x3f) | 0x80)
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
