// One request to /v1 with the person's token; if the token is refused, once more with a fresh one. Returns a result and never throws.

import { problemOf } from '../protocol/decode-first.ts'
import type { Problem } from '../protocol/model.ts'

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem }

interface Call {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** Reads the body of a successful answer; JSON by default. */
  readonly read?: (response: Response) => Promise<unknown>
  /** How long the whole answer may take. */
  readonly timeout_ms?: number
}

export type Request = <T>(path: string, call: Call, decode: (value: unknown) => T | null | undefined) => Promise<Result<T>>

/** Like a session's token source: `fresh` means that the last token was refused. */
export type BearerSource = (fresh: boolean) => Promise<string | null>

interface Requester {
  readonly request: Request
  /** The server's time in milliseconds, from its last answer; the device's time if unknown. */
  now(): number
}

/** The problem when no answer came. */
export const UNREACHABLE: Problem = { status: 0, code: 'unreachable', title: '', retry_after_ms: null, head: null }
const SIGNED_OUT: Problem = { ...UNREACHABLE, status: 401, code: 'not_authenticated' }
/** Smaller differences between the clocks are ignored. */
const CLOCK_MS = 5_000
const REQUEST_TIMEOUT_MS = 20_000

export function createRequester(fetch: (path: string, init: RequestInit) => Promise<Response>, token: BearerSource): Requester {
  const attempt = async (path: string, call: Call, fresh: boolean): Promise<Response | null> => {
    const bearer = await token(fresh)
    if (bearer === null) return null
    return fetch(path, {
      method: call.method ?? 'GET',
      headers: { ...call.headers, authorization: `Bearer ${bearer}`, ...(call.body === undefined ? {} : { 'content-type': 'application/json' }) },
      signal: AbortSignal.timeout(call.timeout_ms ?? REQUEST_TIMEOUT_MS),
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
    })
  }

  /** How far this device's clock is behind the server's, in milliseconds. */
  let behind_ms = 0
  const request: Request = async (path, call, decode) => {
    try {
      let response = await attempt(path, call, false)
      if (response?.status === 401) response = await attempt(path, call, true)
      // Without a token nothing is sent.
      if (response === null) return { ok: false, problem: SIGNED_OUT }
      const told = Date.parse(response.headers.get('date') ?? '')
      // The header has a resolution of one second.
      if (!Number.isNaN(told)) behind_ms = Math.abs(told - Date.now()) < CLOCK_MS ? 0 : told - Date.now()
      const value = await (response.ok ? call.read ?? json : json)(response)
      if (!response.ok) return { ok: false, problem: problemOf(response.status, value) }
      const decoded = decode(value) ?? null
      return decoded === null ? { ok: false, problem: { ...UNREACHABLE, status: response.status, code: 'unreadable' } } : { ok: true, value: decoded }
    } catch {
      return { ok: false, problem: UNREACHABLE }
    }
  }
  return { request, now: () => Date.now() + behind_ms }
}

async function json(response: Response): Promise<unknown> {
  try {
    const value: unknown = await response.json()
    return value
  } catch {
    return undefined
  }
}
