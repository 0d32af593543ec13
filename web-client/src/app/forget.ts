import { namesOf, storageOr } from './browser.ts'

/** Nothing of what a person wrote and did not send stays on this device. */
export function forgetPerson(user: string): void {
  const storage = storageOr('localStorage')
  for (const kind of ['outbox', 'draft', 'text']) {
    for (const name of namesOf(storage, `helpline.${kind}.${user}.`)) storage.removeItem(name)
  }
}
