// Sends one request to /v1 with the person's token. If the server refuses the token, repeats the request once with a fresh one. Returns a
// result and never throws.

import { problemOf } from '../protocol/decode-first.ts'
import type { Problem } from '../protocol/model.ts'

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem }

interface Call {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** Reads the body of a successful response. By default, the body is parsed as JSON. */
  readonly read?: (response: Response) => Promise<unknown>
  /** Timeout for the whole response, in milliseconds. */
  readonly timeout_ms?: number
}

export type Request = <T>(path: string, call: Call, decode: (value: unknown) => T | null | undefined) => Promise<Result<T>>

/** Returns the access token, or null if no user is signed in. `fresh`: the server refused the last token, so return a new one. */
export type BearerSource = (fresh: boolean) => Promise<string | null>

interface Requester {
  readonly request: Request
  /**
   * The server's current time in milliseconds since the Unix epoch, calculated from its last response. Before the first response, the
   * device's time.
   */
  now(): number
}

/** The problem to return when no response arrives. */
export const UNREACHABLE: Problem = { status: 0, code: 'unreachable', title: '', retry_after_ms: null, head: null }
const SIGNED_OUT: Problem = { ...UNREACHABLE, status: 401, code: 'not_authenticated' }
/** Differences between the device's clock and the server's clock that are smaller than this are ignored. */
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

  /** How far the device's clock is behind the server's clock, in milliseconds. */
  let behind_ms = 0
  const request: Request = async (path, call, decode) => {
    try {
      let response = await attempt(path, call, false)
      if (response?.status === 401) response = await attempt(path, call, true)
      // No token was available, so no request was sent.
      if (response === null) return { ok: false, problem: SIGNED_OUT }
      const told = Date.parse(response.headers.get('date') ?? '')
      // The `date` header has a resolution of one second, so ignore small differences.
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
