// Detects that the server has been updated since this page was loaded. The page's lazily loaded scripts then no longer exist on the server, so the
// page must be reloaded.

import type { KeyValue } from '../outbox/store.ts'
import { keepItem, storageOr, thisPage, type Page } from './browser.ts'

const ITEM = 'helpline.reloaded'

/** Status codes for a script that does not exist in the server's build. */
const GONE: readonly number[] = [404, 410]

/**
 * Whether a lazily loaded script failed to load because it no longer exists, not because the network failed. `build` is the URL of one of
 * this page's scripts, which identifies the page's build. `fault` is the browser's error, which usually contains the failed script's URL.
 * Returns false if the page was already reloaded for this build, because another reload would not help.
 */
export async function isOutdated(build: string, fault: unknown, storage: KeyValue = storageOr('sessionStorage'), page: Pick<Page, 'fetch'> = thisPage): Promise<boolean> {
  if (storage.getItem(ITEM) === build) return false
  const part = /https?:\/\/\S+/.exec(String(fault))?.[0]
  const isGone = (address: string) => page.fetch(address, { method: 'HEAD', cache: 'no-store' }).then(({ status }) => GONE.includes(status), () => false)
  return await isGone(build) || (part !== undefined && isGone(part))
}

/** Records that the page is about to be reloaded, because the server no longer has the scripts of this build. */
export function reloads(build: string, storage: KeyValue = storageOr('sessionStorage')): void {
  void keepItem(storage, ITEM, build)
}
