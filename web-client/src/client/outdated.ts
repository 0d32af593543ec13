// Detects a page that is older than its server: parts that it loads later no longer exist there, so it must be reloaded.

import type { KeyValue } from '../outbox/store.ts'
import { keepItem, storageOr, thisPage, type Page } from './browser.ts'

const ITEM = 'helpline.reloaded'

/** Status codes for a part that the server's build does not have. */
const GONE: readonly number[] = [404, 410]

/**
 * Whether a part that failed to load no longer exists, rather than being unreachable. `build` is the address of a script of this page, which names
 * its build; `fault` is the browser's error, which in most browsers contains the part's address. Also false if the page was already reloaded for this
 * build: another reload would not help.
 */
export async function isOutdated(build: string, fault: unknown, storage: KeyValue = storageOr('sessionStorage'), page: Pick<Page, 'fetch'> = thisPage): Promise<boolean> {
  if (storage.getItem(ITEM) === build) return false
  const part = /https?:\/\/\S+/.exec(String(fault))?.[0]
  const isGone = (address: string) => page.fetch(address, { method: 'HEAD', cache: 'no-store' }).then(({ status }) => GONE.includes(status), () => false)
  return await isGone(build) || (part !== undefined && isGone(part))
}

/** Remembers that the page is about to be reloaded for this build. */
export function reloads(build: string, storage: KeyValue = storageOr('sessionStorage')): void {
  void keepItem(storage, ITEM, build)
}
