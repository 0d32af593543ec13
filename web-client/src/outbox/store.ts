// Stores unsent messages, one storage item per message. Several tabs cannot overwrite each other's messages, and the messages survive a
// reload.

import { isObject, count, parseJson, text, word } from '../protocol/narrow.ts'
import { REJECT_CODES } from '../protocol/generated.ts'
import type { Code } from '../protocol/model.ts'
import { decodeQueuedFiles, type QueuedFile } from './files.ts'

export interface Queued {
  readonly key: string
  readonly ticket: string
  /** The ticket's number. Empty if an older build stored the message. */
  readonly number: string
  readonly body: string
  readonly internal: boolean
  /**
   * The last sequence number that the author had seen. If null, the server stores the message even if the author has not seen the newest
   * events.
   */
  readonly based_on: number | null
  readonly at: string
  /** The order of sending. Increases with each message written on this device. */
  readonly order: number
  /** Why the server refused the message. Null if it was not refused. The author decides whether to send it again. */
  readonly refused: Code | null
  /** The message is not sent before this time, in milliseconds of this device's clock, so that the author can take it back. */
  readonly hold_until: number | null
  /**
   * Whether the author signed out before the message was sent. The message is sent only after the author has confirmed the sending.
   */
  readonly paused: boolean
  /** The message's files, in order. They are uploaded before the message is sent. Empty if an older build stored the message. */
  readonly files: readonly QueuedFile[]
  /** The action to take when the server has stored the message. */
  readonly then: FollowUp | null
  /** The message's sequence number after the server stored it. Kept until the follow-up action is done. */
  readonly sent: number | null
}

const FOLLOW_UPS = ['resolved'] as const
export type FollowUp = (typeof FOLLOW_UPS)[number]

/** The part of `localStorage` that the client uses. */
export interface KeyValue {
  readonly length: number
  key(index: number): string | null
  getItem(key: string): string | null
  setItem(key: string, value: string): void
  removeItem(key: string): void
}

export interface OutboxStore {
  entries(): readonly Queued[]
  get(key: string): Queued | null
  put(entry: Queued): void
  remove(key: string): void
  /** Whether an unsent message would be lost when the page closes. */
  isUnkept(): boolean
  /** Returns the message's idempotency key from the name of a storage item. Null if the item is not in this person's outbox. */
  keyOf(name: string): string | null
}

/** Creates the store of this person's unsent messages. `isKept`: items in `storage` survive when the page closes. */
export function createOutboxStore(storage: KeyValue, user: string, isKept = true): OutboxStore {
  const prefix = `helpline.outbox.${user}.`
  // Messages that did not fit into the storage. They are lost when the page closes.
  const unstored = new Map<string, Queued>()

  const stored = () => {
    const found: Queued[] = []
    for (let index = 0; index < storage.length; index++) {
      const name = storage.key(index)
      const entry = name?.startsWith(prefix) === true ? decode(storage.getItem(name)) : null
      if (entry !== null && !unstored.has(entry.key)) found.push(entry)
    }
    return found
  }
  return {
    entries: () => [...stored(), ...unstored.values()].toSorted((a, b) => a.order - b.order),
    get: (key) => unstored.get(key) ?? decode(storage.getItem(prefix + key)),
    put(entry) {
      try {
        storage.setItem(prefix + entry.key, JSON.stringify(entry))
        unstored.delete(entry.key)
      } catch {
        unstored.set(entry.key, entry)
      }
    },
    remove(key) {
      unstored.delete(key)
      storage.removeItem(prefix + key)
    },
    isUnkept: () => unstored.size > 0 || (!isKept && stored().length > 0),
    keyOf: (name) => (name.startsWith(prefix) ? name.slice(prefix.length) : null),
  }
}

function decode(source: string | null): Queued | null {
  const value = source === null ? null : parseJson(source)
  if (!isObject(value)) return null
  const key = text(value['key'])
  const ticket = text(value['ticket'])
  const body = text(value['body'])
  const at = text(value['at'])
  const order = count(value['order'])
  if (key === null || ticket === null || body === null || at === null || order === null) return null
  const refused = value['refused'] === 'unknown' ? 'unknown' : word(REJECT_CODES, value['refused'])
  return { key, ticket, number: text(value['number']) ?? '', body, internal: value['internal'] === true, based_on: count(value['based_on']), at, order, refused, hold_until: count(value['hold_until']), paused: value['paused'] === true, files: decodeQueuedFiles(value['files']), then: word(FOLLOW_UPS, value['then']), sent: count(value['sent']) }
}
