import type { KeyValue } from '../outbox/store.ts'
import { dropDatabase, namesOf, storageOr } from './browser.ts'

const forgotten = new Set<string>()

/** Whether this page has deleted the person's data. If so, the page must not store anything for this person again. */
export function isForgotten(user: string): boolean {
  return forgotten.has(user)
}

/** Deletes all unsent texts of a person (drafts, edits and queued messages, with their files) from this browser. */
export function forgetPerson(user: string, storage: KeyValue = storageOr('localStorage')): void {
  forgotten.add(user)
  for (const kind of ['outbox', 'draft', 'text']) {
    for (const name of namesOf(storage, `helpline.${kind}.${user}.`)) storage.removeItem(name)
  }
  dropDatabase(`helpline.files.${user}`)
}
