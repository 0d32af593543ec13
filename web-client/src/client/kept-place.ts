// Where a person was in the widget. Kept for this tab and this person only, so that the host's next page shows the same place.

import type { KeyValue } from '../outbox/store.ts'
import { isObject, number, parseJson, text } from '../protocol/narrow.ts'
import { namesOf, storageOr } from './browser.ts'

export interface KeptPlace {
  /** A ticket's number; empty for the first screen. */
  readonly rest: string
  readonly tab: 'active' | 'closed'
  /** How far the first screen was scrolled, in pixels. */
  readonly top: number
}

const PREFIX = 'helpline.place.'
const HOME: KeptPlace = { rest: '', tab: 'active', top: 0 }

export interface PlaceStore {
  now(): KeptPlace
  keep(change: Partial<KeptPlace>): void
}

/** Opens the kept place of `user`, and forgets the places of all others. */
export function keptPlace(user: string, storage: KeyValue = storageOr('sessionStorage')): PlaceStore {
  for (const name of namesOf(storage, PREFIX)) if (name !== PREFIX + user) storage.removeItem(name)
  let now = decode(storage.getItem(PREFIX + user))
  return {
    now: () => now,
    keep(change) {
      now = { ...now, ...change }
      try {
        storage.setItem(PREFIX + user, JSON.stringify(now))
      } catch {
        // No room: the next page begins at the first screen.
      }
    },
  }
}

/** Whether this tab keeps the place of a person other than `user`. */
export function isOthersPlace(user: string | null, storage: KeyValue = storageOr('sessionStorage')): boolean {
  return namesOf(storage, PREFIX).some((name) => name !== PREFIX + user)
}

export function forgetPlaces(storage: KeyValue = storageOr('sessionStorage')): void {
  for (const name of namesOf(storage, PREFIX)) storage.removeItem(name)
}

function decode(source: string | null): KeptPlace {
  const value = parseJson(source ?? '')
  if (!isObject(value)) return HOME
  return { rest: text(value['rest']) ?? '', tab: value['tab'] === 'closed' ? 'closed' : 'active', top: number(value['top']) ?? 0 }
}
