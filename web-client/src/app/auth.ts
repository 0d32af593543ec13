// Who sits here, and their tokens: from the platform that embeds the page, from the address it names, or by picking a demo person.

import { signal, type ReadonlySignal } from '@preact/signals'
import { STAFF_ROLES, type StaffRole } from '../protocol/generated.ts'
import { decodeDemoPeople, decodeSelf, decodeToken, type DemoPerson } from '../protocol/decode-rest.ts'
import { count, isObject, parseJson, text, word } from '../protocol/narrow.ts'
import type { Token, TokenSource } from '../connection/session.ts'
import { storageOr } from './browser.ts'

export interface Identity {
  readonly id: string
  readonly name: string
  readonly role: StaffRole | null
}

export type AuthState =
  | { readonly kind: 'working' }
  /** Development: somebody is to be picked. */
  | { readonly kind: 'pick' }
  | { readonly kind: 'in'; readonly identity: Identity; readonly tokens: TokenSource }
  /** The platform says that nobody is signed in. */
  | { readonly kind: 'out' }
  | { readonly kind: 'failed' }

export interface Auth {
  readonly state: ReadonlySignal<AuthState>
  retry(): void
  /** Only in development. */
  readonly demo: Demo | null
}

export interface Demo {
  people(): Promise<readonly DemoPerson[] | null>
  signIn(person: DemoPerson): void
  signOut(): void
}

/** What the platform gives: a token, or null when nobody is signed in there. */
export type GetToken = () => Promise<string | null>

const ITEM = 'helpline.dev.person'
/** A token that ends within this is as good as ended. */
const NEAR_END_MS = 10_000

/** Kept per tab, so that two tabs may be two people. */
export function createDevAuth(origin: string): Auth {
  const storage = storageOr('sessionStorage')
  const enter = (identity: Identity | null): AuthState =>
    identity === null ? { kind: 'pick' } : { kind: 'in', identity, tokens: keeping(() => devToken(origin, identity.name)) }
  const state = signal<AuthState>(enter(decodeIdentity(storage.getItem(ITEM))))
  return {
    state,
    retry() {},
    demo: {
      async people() {
        try {
          const response = await fetch(`${origin}/dev/users`)
          return response.ok ? decodeDemoPeople(await response.json()) : null
        } catch {
          return null
        }
      },
      signIn({ id, name, role }) {
        storage.setItem(ITEM, JSON.stringify({ id, name, role }))
        state.value = enter({ id, name, role })
      },
      signOut() {
        storage.removeItem(ITEM)
        state.value = enter(null)
      },
    },
  }
}

/** The platform's own sign-in: who it is, the desk says for the token. */
export function createTokenAuth(origin: string, getToken: GetToken): Auth {
  const state = signal<AuthState>({ kind: 'working' })
  const tokens = keeping(getToken)
  const start = async () => {
    state.value = { kind: 'working' }
    try {
      const token = await tokens(false)
      state.value = token === null ? { kind: 'out' } : await known(origin, token, tokens)
    } catch {
      state.value = { kind: 'failed' }
    }
  }
  void start()
  return { state, retry: () => void start(), demo: null }
}

/** Tokens from an address of the platform's, with its cookies. */
export function tokenFrom(url: string): GetToken {
  return async () => {
    const response = await fetch(url, { credentials: 'include', headers: { accept: 'application/json' } })
    if (response.status === 401 || response.status === 403) return null
    const token = response.ok ? decodeToken(await response.json()) : null
    if (token === null) throw new Error('no token')
    return token
  }
}

async function known(origin: string, token: Token, tokens: TokenSource): Promise<AuthState> {
  const response = await fetch(`${origin}/v1/me`, { headers: { authorization: `Bearer ${token.token}` } })
  if (response.status === 401 || response.status === 403) return { kind: 'out' }
  const self = response.ok ? decodeSelf(await response.json()) : null
  if (self === null) return { kind: 'failed' }
  return { kind: 'in', identity: { id: self.user.id, name: self.user.name ?? self.user.email ?? '', role: self.role }, tokens }
}

function keeping(get: GetToken): TokenSource {
  let kept: Token | null = null
  return async (fresh) => {
    if (kept !== null && !fresh && (kept.expires_at === null || kept.expires_at - NEAR_END_MS > Date.now())) return kept
    const token = await get()
    kept = token === null ? null : { token, expires_at: expiry(token) }
    return kept
  }
}

async function devToken(origin: string, user: string): Promise<string | null> {
  const response = await fetch(`${origin}/dev/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user }),
  })
  // The person is not there any more; anything else may pass.
  if (response.status >= 400 && response.status < 500 && response.status !== 429) return null
  const token = response.ok ? decodeToken(await response.json()) : null
  if (token === null) throw new Error('no token')
  return token
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
