// The desk's own sign-in through a provider: the link to it, its result, and sign-out.

import { signal, type ReadonlySignal } from '@preact/signals'
import type { Clock } from '../connection/transport.ts'
import type { KeyValue } from '../outbox/store.ts'
import { isObject, text, word } from '../protocol/narrow.ts'
import { clock, storageOr, thisPage, type Page } from './browser.ts'
import type { Router } from './memory-router.ts'
import { onWindow } from './on-window.ts'

export const SIGN_IN_REFUSALS = ['denied', 'expired', 'failed', 'unavailable', 'busy'] as const
export type SignInRefusal = (typeof SIGN_IN_REFUSALS)[number]

export interface OwnSignIn {
  /** The link to the provider, which leads back to the current page. */
  href(): string
  /** Why the last sign-in failed, as the address said when the page was opened; null if there was none or it worked. */
  readonly refused: ReadonlySignal<SignInRefusal | null>
  /** Clears `refused`. */
  settle(): void
  /** Ends the session in all tabs of this browser. Null if that failed. */
  signOut(): Promise<SignedOut | null>
  /** Calls `listener` when another tab has signed out; returns the disposer. */
  onSignedOutElsewhere(listener: () => void): () => void
}

export interface SignedOut {
  /** Where to end the provider's own session; null if it has no such address or cannot be asked. */
  readonly next: string | null
}

/** The query parameter that the desk adds to the return address after a failed sign-in. */
const OUTCOME = 'sign_in'
const SIGNED_OUT_ITEM = 'helpline.signed_out'
/** Maximum length of a return address that the desk accepts. */
const RETURN_CHARS_MAX = 400
const TIMEOUT_MS = 15_000

export function createOwnSignIn(signInUrl: string, signOutUrl: string, router: Router, page: Pick<Page, 'location' | 'fetch' | 'addEventListener' | 'removeEventListener'> = thisPage, storage: KeyValue = storageOr('localStorage'), time: Pick<Clock, 'now'> = clock): OwnSignIn {
  const query = new URLSearchParams(router.place.peek().query)
  const refused = signal(word(SIGN_IN_REFUSALS, query.get(OUTCOME)))
  if (query.has(OUTCOME)) {
    // Show the outcome once: not again after a reload, and not in a bookmark.
    query.delete(OUTCOME)
    router.setQuery(query)
  }
  return {
    refused,
    settle() { refused.value = null },
    href() {
      // Read the signal, so that the link follows the page.
      void router.place.value
      const whole = page.location.pathname + page.location.search
      const back = whole.length <= RETURN_CHARS_MAX ? whole : page.location.pathname
      return back.length <= RETURN_CHARS_MAX ? `${signInUrl}?${new URLSearchParams({ return: back })}` : signInUrl
    },
    async signOut() {
      try {
        const response = await page.fetch(signOutUrl, { method: 'POST', signal: AbortSignal.timeout(TIMEOUT_MS) })
        if (!response.ok) return null
        const answer: unknown = await response.json()
        const next = isObject(answer) ? text(answer['next']) : null
        tellOtherTabs(storage, time.now())
        return { next: next !== null && /^https?:\/\//.test(next) ? next : null }
      } catch {
        return null
      }
    },
    onSignedOutElsewhere: (listener) => onWindow('storage', (event) => {
      if ('key' in event && event.key === SIGNED_OUT_ITEM && 'newValue' in event && event.newValue !== null) listener()
    }, page),
  }
}

function tellOtherTabs(storage: KeyValue, now: number): void {
  try {
    storage.setItem(SIGNED_OUT_ITEM, String(now))
    storage.removeItem(SIGNED_OUT_ITEM)
  } catch {
    // No room: the other tabs notice when their token expires.
  }
}
