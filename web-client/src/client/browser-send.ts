// Browser functions for sending and receiving messages: sockets, locks between tabs, ids, and a check for free storage.

import type { Socket } from '../connection/transport.ts'
import type { KeyValue } from '../outbox/store.ts'
import { SUBPROTOCOL } from '../protocol/generated.ts'
import { isKept } from './browser.ts'

export function openSocket(origin: string): Socket {
  return new WebSocket(`${origin.replace(/^http/, 'ws')}/v1/ws`, SUBPROTOCOL)
}

const PROBE = 'helpline.probe'
const PROBE_CHARS = 2_000

/** Whether the storage has room for one more message of usual size. False for in-memory storage, whose items are lost when the page closes. */
export function hasRoom(storage: KeyValue): boolean {
  try {
    storage.setItem(PROBE, 'x'.repeat(PROBE_CHARS))
    storage.removeItem(PROBE)
    return isKept(storage)
  } catch {
    return false
  }
}

/** The longest wait for a lock between tabs. A frozen tab may keep the lock forever, so the wait must end. */
const LOCK_MS = 20_000

/**
 * Runs `run` while this tab owns the lock `name`. The lock lets only one tab at a time send a person's queued messages for a ticket. Rejects if the
 * wait times out.
 */
export async function lock(name: string, run: () => Promise<void>): Promise<void> {
  if ('locks' in navigator) await navigator.locks.request(name, { signal: AbortSignal.timeout(LOCK_MS) }, run)
  else await run()
}

/** Returns a new UUIDv7. Like the ids in the database, these ids increase with time. */
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
