import type { KeyValue } from '../outbox/store.ts'
import { namesOf, storageOr } from './browser.ts'

const forgotten = new Set<string>()

/** Whether this page has forgotten the person: nothing is stored for them any more. */
export function isForgotten(user: string): boolean {
  return forgotten.has(user)
}

/** Deletes from this device everything that a person wrote and did not send. */
export function forgetPerson(user: string, storage: KeyValue = storageOr('localStorage')): void {
  forgotten.add(user)
  for (const kind of ['outbox', 'draft', 'text']) {
    for (const name of namesOf(storage, `helpline.${kind}.${user}.`)) storage.removeItem(name)
  }
}
