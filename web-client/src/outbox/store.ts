// Unsent messages, one stored item each: tabs never overwrite each other's, and a reload finds them again.

import { isObject, count, parseJson, text, word } from '../protocol/narrow.ts'
import { REJECT_CODES } from '../protocol/generated.ts'
import type { Code } from '../protocol/model.ts'

export interface Queued {
  readonly key: string
  readonly ticket: string
  /** Empty in items stored by an older build. */
  readonly number: string
  readonly body: string
  readonly internal: boolean
  /** The last sequence number that the writer saw; null: send regardless. */
  readonly based_on: number | null
  readonly at: string
  /** Increases with each message on this device: the order of sending. */
  readonly order: number
  /** Why the server refused the message; the author decides what happens to it. */
  readonly refused: Code | null
  /** Until when the author can take it back, by this device's clock; it is not sent before. */
  readonly hold_until: number | null
  /** Its author signed out before it was sent: it is sent only after they confirm. */
  readonly paused: boolean
  /** The follow-up action once the message is stored. */
  readonly then: FollowUp | null
  /** The message's sequence number once stored; kept until the follow-up action is done. */
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
  /** Whether a message here would be lost with the page. */
  isUnkept(): boolean
  /** The message key in a stored item's name; null if the item is not in this person's outbox. */
  keyOf(name: string): string | null
}

/** `isKept`: items of the storage outlive the page. */
export function createOutboxStore(storage: KeyValue, user: string, isKept = true): OutboxStore {
  const prefix = `helpline.outbox.${user}.`
  // Messages that the storage had no room for live as long as the page.
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
  return { key, ticket, number: text(value['number']) ?? '', body, internal: value['internal'] === true, based_on: count(value['based_on']), at, order, refused, hold_until: count(value['hold_until']), paused: value['paused'] === true, then: word(FOLLOW_UPS, value['then']), sent: count(value['sent']) }
}
