// A page that is older than its server: the parts that it fetches later are gone, and only another page has new ones.

import type { KeyValue } from '../outbox/store.ts'
import { keepItem, storageOr, thisPage, type Page } from './browser.ts'

const ITEM = 'helpline.reloaded'

/** Of a server that has another build. */
const GONE: readonly number[] = [404, 410]

/**
 * Whether a part that could not be fetched is gone, and not out of reach. `build` is the address of a script of this page, which names its build;
 * `fault` is what the browser says of the part, in most browsers with its address. False as well where this build has been reloaded for it: once
 * more would not help.
 */
export async function isOutdated(build: string, fault: unknown, storage: KeyValue = storageOr('sessionStorage'), page: Pick<Page, 'fetch'> = thisPage): Promise<boolean> {
  if (storage.getItem(ITEM) === build) return false
  const part = /https?:\/\/\S+/.exec(String(fault))?.[0]
  const isGone = (address: string) => page.fetch(address, { method: 'HEAD', cache: 'no-store' }).then(({ status }) => GONE.includes(status), () => false)
  return await isGone(build) || (part !== undefined && isGone(part))
}

/** Remembers that this build is about to be reloaded. */
export function reloads(build: string, storage: KeyValue = storageOr('sessionStorage')): void {
  void keepItem(storage, ITEM, build)
}
