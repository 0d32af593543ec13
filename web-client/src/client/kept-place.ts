// Remembers which screen of the widget a person was on. Stored for this browser tab and this person, so that the host site's next page shows the same
// screen.

import type { KeyValue } from '../outbox/store.ts'
import { isObject, number, parseJson, text } from '../protocol/narrow.ts'
import { namesOf, storageOr } from './browser.ts'

export interface KeptPlace {
  /** The number of the open ticket; empty for the start screen. */
  readonly rest: string
  readonly tab: 'active' | 'closed'
  /** The scroll position of the start screen, in pixels. */
  readonly top: number
}

const PREFIX = 'helpline.place.'
const HOME: KeptPlace = { rest: '', tab: 'active', top: 0 }

export interface PlaceStore {
  now(): KeptPlace
  keep(change: Partial<KeptPlace>): void
}

/** Opens the stored widget position (the screen that was open) of `user`, and deletes the stored positions of all other people. */
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
        // The storage is full: the widget on the host's next page opens at the start screen.
      }
    },
  }
}

/** Whether this tab has stored the widget position (the screen that was open) of a person other than `user`. */
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
