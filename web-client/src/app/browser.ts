// The browser's edges in the shapes that the core asks for.

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

export function openSocket(): Socket {
  const url = new URL('/v1/ws', location.href)
  url.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:'
  return new WebSocket(url, SUBPROTOCOL)
}

/** Storage may be forbidden outright; then things live as long as the page. */
export function storageOr(kind: 'localStorage' | 'sessionStorage'): KeyValue {
  try {
    const storage = kind === 'localStorage' ? localStorage : sessionStorage
    storage.getItem('helpline')
    return storage
  } catch {
    return memoryStorage()
  }
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

/** One tab at a time sends what one person has waiting for one ticket; where there are no locks, all may: keys keep it single. */
export async function lock(name: string, run: () => Promise<void>): Promise<void> {
  if ('locks' in navigator) await navigator.locks.request(name, run)
  else await run()
}
