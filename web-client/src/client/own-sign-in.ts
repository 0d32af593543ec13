// Sign-in that the Helpline server itself handles through an identity provider: the link, the result, and sign-out.

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
  /** Returns the link that starts the sign-in. After the sign-in, the browser returns to the current page. */
  href(): string
  /** The reason why the last sign-in failed, taken from the page's URL at load; null if no sign-in failed. */
  readonly refused: ReadonlySignal<SignInRefusal | null>
  /** Clears `refused`. Called when a sign-in has succeeded. */
  settle(): void
  /** Signs out in all tabs of this browser. Returns null if the request failed. */
  signOut(): Promise<SignedOut | null>
  /** Calls `listener` when another tab has signed out. Returns a function that stops listening. */
  onSignedOutElsewhere(listener: () => void): () => void
}

export interface SignedOut {
  /** The URL that ends the identity provider's own session; null if the provider has no such URL or cannot be reached. */
  readonly next: string | null
}

/** The query parameter that the server adds to the return URL after a failed sign-in. */
const OUTCOME = 'sign_in'
const SIGNED_OUT_ITEM = 'helpline.signed_out'
/** The longest return URL, in characters, that the server accepts. */
const RETURN_CHARS_MAX = 400
const TIMEOUT_MS = 15_000

export function createOwnSignIn(signInUrl: string, signOutUrl: string, router: Router, page: Pick<Page, 'location' | 'fetch' | 'addEventListener' | 'removeEventListener'> = thisPage, storage: KeyValue = storageOr('localStorage'), time: Pick<Clock, 'now'> = clock): OwnSignIn {
  const query = new URLSearchParams(router.place.peek().query)
  const refused = signal(word(SIGN_IN_REFUSALS, query.get(OUTCOME)))
  if (query.has(OUTCOME)) {
    // Remove the parameter with the outcome of the failed sign-in from the URL, so that a reload or a bookmark does not show it again.
    query.delete(OUTCOME)
    router.setQuery(query)
  }
  return {
    refused,
    settle() { refused.value = null },
    href() {
      // Read the signal, so that the link is computed again when the current page changes.
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
    // The storage is full, so the other tabs get no storage event about the sign-out. They notice the sign-out when their token expires.
  }
}
