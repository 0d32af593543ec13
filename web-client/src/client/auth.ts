// Who sits here, and their tokens, as the platform that embeds the page says.

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
  /** Development: somebody is to be picked. */
  | { readonly kind: 'pick' }
  | { readonly kind: 'in'; readonly identity: Identity; readonly owner: Owner | null; readonly tokens: TokenSource }
  /** The platform says that nobody is signed in. */
  | { readonly kind: 'out' }
  /** Signed in, and not let in. */
  | { readonly kind: 'blocked' }
  | { readonly kind: 'failed' }

export interface Auth {
  readonly state: ReadonlySignal<AuthState>
  retry(): void
  /** This person sits here no more, as their session found out. */
  left(user: string, why: Left): void
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
/** A platform that says nothing for so long is asked again. */
const TOKEN_TIMEOUT_MS = 15_000

/** The platform's own sign-in: who it is, the desk says for the token. */
export function createTokenAuth(origin: string, getToken: GetToken, time: Clock = clock, page: Pick<Page, 'fetch'> = thisPage): Auth {
  const state = signal<AuthState>({ kind: 'working' })
  const tokens = keeping(getToken, time)
  let round = 0
  /** As the desk says. */
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
        // Refused: the platform may have a newer one than the one that is kept.
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
    // Whoever sits here now signs in as if the page had just been opened.
    if (why === 'other_user') return void start(false)
    round++
    state.value = { kind: 'out' }
  }
  void start(false)
  // Who is out has no token that is worth a try, also where one is left from before.
  return { state, retry: () => void start(state.peek().kind === 'out'), left, demo: null }
}

/** One person's tokens: another owner's, or none, end their stay, and are given to no one. An owner that is not known is not compared. */
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

/** The last token, for as long as it lasts. However many ask at once, the platform is asked once. */
export function keeping(get: GetToken, time: Clock = clock): TokenSource {
  let kept: { readonly token: Token; readonly until: number } | null = null
  let asking: Promise<Token | null> | null = null
  /** How far this device's clock is ahead: what is known at most, since a token may have been made some time before it came. */
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
    // The platform's function may throw before it promises anything.
    new Promise<string | null>((given) => given(get())).then(resolve, reject).finally(stop)
  })
}

/** Shorter than this, what is left of a token by this device's clock is taken for a sign that the clock is wrong. */
const PLAUSIBLE_MS = 60_000

/** When a token ends by this device's clock, which may be hours off; null: not known, the server will say. */
function endOf(issued_ms: number | null, ends_ms: number | null, now: number, ahead_ms: number): number | null {
  if (ends_ms === null) return null
  const left_ms = ends_ms - now
  if (issued_ms === null) return left_ms >= PLAUSIBLE_MS ? ends_ms : null
  const life_ms = ends_ms - issued_ms
  return left_ms >= Math.min(PLAUSIBLE_MS, life_ms / 2) && left_ms <= life_ms + PLAUSIBLE_MS ? ends_ms : ends_ms + ahead_ms
}

/** Whom a token calls by what name: a UUID in one spelling, or another name together with its issuer, whose person the desk alone knows. */
export type Owner = string

interface Claims {
  /** Null: not told, or not readable. */
  readonly owner: Owner | null
  readonly issued_ms: number | null
  readonly ends_ms: number | null
}

/** What a JWT says of itself: for renewing in time, and for noticing another person early. Trust is the server's business. */
export function claimsOf(token: string): Claims {
  try {
    const claims = parseJson(atob((token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')))
    if (isObject(claims)) {
      const at = (name: string) => { const seconds = count(claims[name]); return seconds === null ? null : seconds * 1_000 }
      const subject = text(claims['sub'])
      return { owner: subject === null ? null : ownerOf(subject, text(claims['iss'])), issued_ms: at('iat'), ends_ms: at('exp') }
    }
  } catch {
    // No JWT: nothing is known of it.
  }
  return { owner: null, issued_ms: null, ends_ms: null }
}

/** A person beside the one before: `other` is also no one. */
export type Whose = 'same' | 'other' | 'unknown'

/** Whose a token is beside this owner; unknown if one of the two does not say, as an empty token. */
export function compared(token: string | null, owner: Owner | null): Whose {
  if (token === null) return 'other'
  const next = claimsOf(token).owner
  return !next || !owner ? 'unknown' : next === owner ? 'same' : 'other'
}

/** The owner of tokens with this subject. A UUID may be written in several ways, and is the same of every issuer. */
export function ownerOf(subject: string, issuer: string | null): Owner {
  const digits = subject.replace(/^urn:uuid:/i, '').replace(/^\{(.*)\}$/, '$1').replaceAll('-', '')
  return /^[0-9a-f]{32}$/i.test(digits) ? digits.toLowerCase() : JSON.stringify([issuer ?? '', subject])
}
