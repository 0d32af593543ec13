// A page that is older than its server: the parts that it fetches later are gone, and only another page has new ones.

import type { KeyValue } from '../outbox/store.ts'
import { keepItem, storageOr, thisPage, type Page } from './browser.ts'

const ITEM = 'helpline.reloaded'

/**
 * Whether a part that could not be fetched is gone, and not out of reach: the server answers. `build` is the address of a script of this page,
 * which names its build. False as well where this build has been reloaded for it: once more would not help.
 */
export async function isOutdated(build: string, storage: KeyValue = storageOr('sessionStorage'), page: Pick<Page, 'fetch'> = thisPage): Promise<boolean> {
  if (storage.getItem(ITEM) === build) return false
  try {
    // Of another site, an answer tells no more than that it came.
    return (await page.fetch(build, { method: 'HEAD', cache: 'no-store', mode: 'no-cors' })).status < 500
  } catch {
    return false
  }
}

/** Remembers that this build is about to be reloaded. */
export function reloads(build: string, storage: KeyValue = storageOr('sessionStorage')): void {
  void keepItem(storage, ITEM, build)
}
