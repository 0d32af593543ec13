// Sign-in of the desk's own, by its provider: the way there, what came of it, and the way out.

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
  /** The way to the provider, and from there back to where the page is now. */
  href(): string
  /** What came of the last try, as the address said when the page was opened; null: there was none, or it worked. */
  readonly refused: ReadonlySignal<SignInRefusal | null>
  /** Nothing more is to be said of it. */
  settle(): void
  /** Ends the session in this browser, in all of its tabs. Null: that could not be done. */
  signOut(): Promise<SignedOut | null>
  /** Told when another tab has signed out. Gives what ends that. */
  onSignedOutElsewhere(listener: () => void): () => void
}

export interface SignedOut {
  /** Where the provider ends its own session; null: it has no such address, or cannot be asked. */
  readonly next: string | null
}

/** What the desk adds to the address that a failed sign-in leads back to. */
const OUTCOME = 'sign_in'
const SIGNED_OUT_ITEM = 'helpline.signed_out'
/** The desk takes no longer way back. */
const RETURN_CHARS_MAX = 400
const TIMEOUT_MS = 15_000

export function createOwnSignIn(signInUrl: string, signOutUrl: string, router: Router, page: Pick<Page, 'location' | 'fetch' | 'addEventListener' | 'removeEventListener'> = thisPage, storage: KeyValue = storageOr('localStorage'), time: Pick<Clock, 'now'> = clock): OwnSignIn {
  const query = new URLSearchParams(router.place.peek().query)
  const refused = signal(word(SIGN_IN_REFUSALS, query.get(OUTCOME)))
  if (query.has(OUTCOME)) {
    // Said once: not again after a reload, and not in a bookmark.
    query.delete(OUTCOME)
    router.setQuery(query)
  }
  return {
    refused,
    settle() { refused.value = null },
    href() {
      // Read, so that the way follows the page.
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
    // Without room, other tabs notice when their token ends.
  }
}
