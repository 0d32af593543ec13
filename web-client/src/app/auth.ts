// Who sits here, and their tokens, as the platform that embeds the page says.

import { signal, type ReadonlySignal } from '@preact/signals'
import type { StaffRole } from '../protocol/generated.ts'
import { decodeSelf, type DemoPerson } from '../protocol/decode-rest.ts'
import { count, isObject, parseJson } from '../protocol/narrow.ts'
import type { Token, TokenSource } from '../connection/session.ts'

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

/** A token that ends within this is as good as ended. */
const NEAR_END_MS = 10_000

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

async function known(origin: string, token: Token, tokens: TokenSource): Promise<AuthState> {
  const response = await fetch(`${origin}/v1/me`, { headers: { authorization: `Bearer ${token.token}` } })
  if (response.status === 401 || response.status === 403) return { kind: 'out' }
  const self = response.ok ? decodeSelf(await response.json()) : null
  if (self === null) return { kind: 'failed' }
  return { kind: 'in', identity: { id: self.user.id, name: self.user.name ?? self.user.email ?? '', role: self.role }, tokens }
}

/** The last token, for as long as it lasts. */
export function keeping(get: GetToken): TokenSource {
  let kept: Token | null = null
  return async (fresh) => {
    if (kept !== null && !fresh && (kept.expires_at === null || kept.expires_at - NEAR_END_MS > Date.now())) return kept
    const token = await get()
    kept = token === null ? null : { token, expires_at: expiry(token) }
    return kept
  }
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
