// Signing in by picking a demo person, and tokens from there on. Kept per tab, so that two tabs may be two people.

import { signal, type ReadonlySignal } from '@preact/signals'
import { STAFF_ROLES, type StaffRole } from '../protocol/generated.ts'
import { decodeDemoPeople, decodeToken, type DemoPerson } from '../protocol/decode-rest.ts'
import { count, isObject, parseJson, text, word } from '../protocol/narrow.ts'
import type { Token, TokenSource } from '../connection/session.ts'
import { storageOr } from './browser.ts'

export interface Identity {
  readonly id: string
  readonly name: string
  readonly role: StaffRole | null
}

export interface DevAuth {
  readonly identity: ReadonlySignal<Identity | null>
  people(): Promise<readonly DemoPerson[] | null>
  signIn(person: DemoPerson): void
  signOut(): void
  tokens(of: Identity): TokenSource
}

const ITEM = 'helpline.dev.person'
/** A token that ends within this is as good as ended. */
const NEAR_END_MS = 10_000

export function createDevAuth(): DevAuth {
  const storage = storageOr('sessionStorage')
  const identity = signal<Identity | null>(decodeIdentity(storage.getItem(ITEM)))
  return {
    identity,
    async people() {
      try {
        const response = await fetch('/dev/users')
        return response.ok ? decodeDemoPeople(await response.json()) : null
      } catch {
        return null
      }
    },
    signIn({ id, name, role }) {
      storage.setItem(ITEM, JSON.stringify({ id, name, role }))
      identity.value = { id, name, role }
    },
    signOut() {
      storage.removeItem(ITEM)
      identity.value = null
    },
    tokens: (of) => {
      let kept: Token | null = null
      return async (fresh) => {
        if (kept !== null && !fresh && (kept.expires_at === null || kept.expires_at - NEAR_END_MS > Date.now())) return kept
        kept = await fetchToken(of.name)
        return kept
      }
    },
  }
}

async function fetchToken(user: string): Promise<Token | null> {
  const response = await fetch('/dev/token', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user }),
  })
  // The person is not there any more; anything else may pass.
  if (response.status >= 400 && response.status < 500 && response.status !== 429) return null
  const token = response.ok ? decodeToken(await response.json()) : null
  if (token === null) throw new Error('no token')
  return { token, expires_at: expiry(token) }
}

/** When a JWT ends, by its `exp`; null when it does not say. Only for renewing in time: trust is the server's business. */
export function expiry(token: string): number | null {
  const payload = token.split('.')[1]
  if (payload === undefined) return null
  try {
    const claims = parseJson(atob(payload.replaceAll('-', '+').replaceAll('_', '/')))
    const seconds = isObject(claims) ? count(claims['exp']) : null
    return seconds === null ? null : seconds * 1_000
  } catch {
    return null
  }
}

function decodeIdentity(source: string | null): Identity | null {
  const value = source === null ? null : parseJson(source)
  if (!isObject(value)) return null
  const id = text(value['id'])
  const name = text(value['name'])
  return id === null || name === null ? null : { id, name, role: word(STAFF_ROLES, value['role']) }
}
