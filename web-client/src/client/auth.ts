// Sign-in state of this page. The embedding platform supplies the access tokens, and the Helpline server tells who owns a token.

import { signal, type ReadonlySignal } from '@preact/signals'
import type { StaffRole } from '../protocol/generated.ts'
import { problemOf } from '../protocol/decode-first.ts'
import { decodeMeView } from '../protocol/decoders/first.ts'
import type { DemoPerson } from '../protocol/decode-rest.ts'
import { count, isObject, parseJson, text } from '../protocol/narrow.ts'
import type { Left, Token, TokenSource } from '../connection/session.ts'
import type { Clock } from '../connection/transport.ts'
import { clock, thisPage, type Page } from './browser.ts'

export interface Identity {
  readonly id: string
  readonly name: string
  readonly role: StaffRole | null
}

export type AuthState =
  | { readonly kind: 'working' }
  /** Development only: the person has not yet chosen a demo account. */
  | { readonly kind: 'pick' }
  | { readonly kind: 'in'; readonly identity: Identity; readonly owner: Owner | null; readonly tokens: TokenSource }
  /** The embedding platform reports that no user is signed in. */
  | { readonly kind: 'out' }
  /** The user is signed in, but is blocked on the Helpline server. */
  | { readonly kind: 'blocked' }
  | { readonly kind: 'failed' }

export interface Auth {
  readonly state: ReadonlySignal<AuthState>
  retry(): void
  /** The live session (it keeps the WebSocket connected) calls this when `user` is no longer signed in on this page. */
  left(user: string, why: Left): void
  /** Sign-in with demo accounts, in development only; otherwise null. */
  readonly demo: Demo | null
}

export interface Demo {
  people(): Promise<readonly DemoPerson[] | null>
  signIn(person: DemoPerson): void
  signOut(): void
}

/** The embedding platform supplies this function. It resolves to an access token, or to null when no user is signed in. */
export type GetToken = () => Promise<string | null>

/** A cached token that expires within this time counts as expired. */
const NEAR_END_MS = 10_000
/** A token request to the embedding platform fails after this time. The next call then starts a new request. */
const TOKEN_TIMEOUT_MS = 15_000

/** Creates the sign-in state from the embedding platform's tokens. The Helpline server at `origin` tells who owns a token. */
export function createTokenAuth(origin: string, getToken: GetToken, time: Clock = clock, page: Pick<Page, 'fetch'> = thisPage): Auth {
  const state = signal<AuthState>({ kind: 'working' })
  const tokens = keeping(getToken, time)
  let round = 0
  /** Asks the Helpline server who owns the token. */
  const whose = async ({ token }: Token): Promise<AuthState> => {
    const response = await page.fetch(`${origin}/v1/me`, { headers: { authorization: `Bearer ${token}` }, signal: AbortSignal.timeout(TOKEN_TIMEOUT_MS) })
    if (response.status === 401) return { kind: 'out' }
    if (response.status === 403) return { kind: problemOf(403, await response.json().catch(() => null)).code === 'blocked' ? 'blocked' : 'out' }
    const self = response.ok ? decodeMeView(await response.json()) : undefined
    if (self === undefined) return { kind: 'failed' }
    const { user: { id, name, email }, role } = self
    const { owner } = claimsOf(token)
    return { kind: 'in', identity: { id, name: name ?? email ?? '', role }, owner, tokens: tokensOf(id, owner, tokens, left) }
  }
  const start = async (isFresh: boolean) => {
    const mine = ++round
    state.value = { kind: 'working' }
    let next: AuthState
    try {
      const token = await tokens(isFresh)
      next = token === null ? { kind: 'out' } : await whose(token)
      if (token !== null && next.kind === 'out') {
        // The server rejected the token. The token may come from the cache, so ask the embedding platform for a newer token.
        const fresh = await tokens(true)
        if (fresh !== null && fresh.token !== token.token) next = await whose(fresh)
      }
    } catch {
      next = { kind: 'failed' }
    }
    if (mine === round) state.value = next
  }
  const left = (user: string, why: Left) => {
    const now = state.peek()
    if (now.kind !== 'in' || now.identity.id !== user) return
    // Another person is signed in now: sign in again with that person's token.
    if (why === 'other_user') return void start(false)
    round++
    state.value = { kind: 'out' }
  }
  void start(false)
  // After a sign-out, a retry of the sign-in requests a new token instead of using the cached one.
  return { state, retry: () => void start(state.peek().kind === 'out'), left, demo: null }
}

/**
 * Wraps `tokens` for one person. If there is no token, or the token belongs to another owner, calls `left` and returns null. If `owner` or
 * the token's owner is unknown, the token is accepted.
 */
export function tokensOf(user: string, owner: Owner | null, tokens: TokenSource, left: (user: string, why: Left) => void): TokenSource {
  return async (fresh) => {
    const token = await tokens(fresh)
    const now = token === null ? null : claimsOf(token.token).owner
    const why: Left | null = token === null ? 'signed_out' : owner !== null && now !== null && now !== owner ? 'other_user' : null
    if (why === null) return token
    left(user, why)
    return null
  }
}

/** Caches the last token until shortly before its expiry. Concurrent callers share one token request to the embedding platform. */
export function keeping(get: GetToken, time: Clock = clock): TokenSource {
  let kept: { readonly token: Token; readonly until: number } | null = null
  let asking: Promise<Token | null> | null = null
  /**
   * Upper bound, in milliseconds, for how far this device's clock is ahead of the token issuer's clock. Each new token can lower the
   * bound.
   */
  let ahead_ms = Infinity
  const ask = async (): Promise<Token | null> => {
    try {
      const token = await inTime(get, time)
      if (token === null) return (kept = null)
      const now = time.now()
      const { issued_ms, ends_ms } = claimsOf(token)
      if (issued_ms !== null) ahead_ms = Math.min(ahead_ms, now - issued_ms)
      const expires_at = endOf(issued_ms, ends_ms, now, ahead_ms)
      const next = { token, expires_at }
      kept = { token: next, until: expires_at === null ? Infinity : expires_at - Math.min(NEAR_END_MS, (expires_at - now) / 4) }
      return next
    } finally {
      asking = null
    }
  }
  return (fresh) => {
    if (kept !== null && !fresh && kept.until > time.now()) return Promise.resolve(kept.token)
    asking ??= ask()
    return asking
  }
}

function inTime(get: GetToken, time: Clock): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const stop = time.after(TOKEN_TIMEOUT_MS, () => reject(new Error('no token in time')))
    // Call the embedding platform's function `get` inside a promise, because it may throw instead of returning a rejected promise.
    new Promise<string | null>((given) => given(get())).then(resolve, reject).finally(stop)
  })
}

/** If a token just received has less than this time left by this device's clock, the clock is assumed to be wrong. */
const PLAUSIBLE_MS = 60_000

/**
 * Returns a token's expiry time by this device's clock, which may be wrong by hours. Returns null if the expiry time is unknown; the token
 * is then used until the server rejects it.
 */
function endOf(issued_ms: number | null, ends_ms: number | null, now: number, ahead_ms: number): number | null {
  if (ends_ms === null) return null
  const left_ms = ends_ms - now
  if (issued_ms === null) return left_ms >= PLAUSIBLE_MS ? ends_ms : null
  const life_ms = ends_ms - issued_ms
  return left_ms >= Math.min(PLAUSIBLE_MS, life_ms / 2) && left_ms <= life_ms + PLAUSIBLE_MS ? ends_ms : ends_ms + ahead_ms
}

/**
 * Identifies the owner of a token: the normalized UUID if the token's subject is a UUID, otherwise the issuer and the subject together.
 * Only the server knows which person an issuer and a subject belong to.
 */
export type Owner = string

interface Claims {
  /** Null if the token has no subject or cannot be decoded. */
  readonly owner: Owner | null
  readonly issued_ms: number | null
  readonly ends_ms: number | null
}

/**
 * Reads the claims of a JWT without verifying the signature. The claims only tell when to renew the token and whether its owner has changed; the
 * server verifies every token.
 */
export function claimsOf(token: string): Claims {
  try {
    const claims = parseJson(atob((token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')))
    if (isObject(claims)) {
      const at = (name: string) => { const seconds = count(claims[name]); return seconds === null ? null : seconds * 1_000 }
      const subject = text(claims['sub'])
      return { owner: subject === null ? null : ownerOf(subject, text(claims['iss'])), issued_ms: at('iat'), ends_ms: at('exp') }
    }
  } catch {
    // Not a JWT: the claims are unknown.
  }
  return { owner: null, issued_ms: null, ends_ms: null }
}

/** The result of comparing a token's owner with a known owner. A missing token gives `other`. */
export type Whose = 'same' | 'other' | 'unknown'

/** Compares the token's owner with `owner`. Returns `unknown` if `owner` is null or the token names no owner. */
export function compared(token: string | null, owner: Owner | null): Whose {
  if (token === null) return 'other'
  const next = claimsOf(token).owner
  return !next || !owner ? 'unknown' : next === owner ? 'same' : 'other'
}

/**
 * Returns the owner for a token's subject. A UUID is normalized and means the same person for every issuer; any other subject is combined with its
 * issuer.
 */
export function ownerOf(subject: string, issuer: string | null): Owner {
  const digits = subject.replace(/^urn:uuid:/i, '').replace(/^\{(.*)\}$/, '$1').replaceAll('-', '')
  return /^[0-9a-f]{32}$/i.test(digits) ? digits.toLowerCase() : JSON.stringify([issuer ?? '', subject])
}
