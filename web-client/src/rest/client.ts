// REST under /v1, typed. Every call gives a result; none throws.

import type { Availability, CustomerTicket, Feature, MessageStored, NewMessage, NewRating, NewTicket, TicketPatch } from '../protocol/generated.ts'
import {
  decodeAvailability, decodeCustomerPage, decodeEventPage, decodeMessageStored, decodeProblem, decodeSelf, type Self,
} from '../protocol/decode-rest.ts'
import { decodeCustomerTicket, decodeTicket } from '../protocol/decode-ticket.ts'
import type { CustomerView, EventPage, Features, Page, Problem, TicketView } from '../protocol/model.ts'

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem }

export interface TicketQuery {
  readonly tab?: 'active' | 'closed'
  readonly status?: readonly string[]
  readonly category?: string
  readonly priority?: string
  readonly assigned_to?: string
  readonly user_id?: string
  readonly search?: string
  readonly sort?: 'last_activity' | 'created' | 'oldest'
  readonly cursor?: string
  readonly limit?: number
}

/** Where a page of history lies. */
export type HistoryRange = { readonly before: number } | { readonly after: number }

export interface Call {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly body?: unknown
  readonly key?: string
}

export type Request = <T>(path: string, call: Call, decode: (value: unknown) => T | null) => Promise<Result<T>>

export interface Rest {
  /** What the more special clients are made of. */
  readonly request: Request
  me(): Promise<Result<Self>>
  ownTickets(query: TicketQuery): Promise<Result<Page<CustomerView>>>
  /** By id or by number. */
  ticket(ref: string): Promise<Result<TicketView>>
  createTicket(ticket: NewTicket, key: string): Promise<Result<CustomerTicket>>
  changeTicket(id: string, patch: TicketPatch): Promise<Result<TicketView>>
  rate(id: string, rating: NewRating): Promise<Result<TicketView>>
  activity(id: string, range: HistoryRange, limit: number): Promise<Result<EventPage>>
  postMessage(id: string, message: NewMessage, key: string): Promise<Result<MessageStored>>
  redact(id: string, message: string): Promise<Result<null>>
  availability(): Promise<Result<Availability>>
}

export interface RestParts {
  readonly fetch: (path: string, init: RequestInit) => Promise<Response>
  /** As a session's: `fresh` when the last one was refused. */
  readonly token: (fresh: boolean) => Promise<string | null>
  /** What the server named last; none: not known, or of the build before. */
  readonly features: () => Features
}

const UNREACHABLE: Problem = { status: 0, code: 'unreachable', title: '', retry_after_ms: null, head: null }
const SIGNED_OUT: Problem = { ...UNREACHABLE, status: 401, code: 'not_authenticated' }
const REQUEST_TIMEOUT_MS = 20_000

/** In `rest_send_names`: a note's flag has the name that it has in `send`. */
const SEND_NAMES: Feature = 'rest_send_names'

export function createRest({ fetch, token, features }: RestParts): Rest {
  const attempt = async (path: string, call: Call, fresh: boolean): Promise<Response | null> => {
    const bearer = await token(fresh)
    if (bearer === null) return null
    const headers = new Headers({ authorization: `Bearer ${bearer}` })
    if (call.body !== undefined) headers.set('content-type', 'application/json')
    if (call.key !== undefined) headers.set('idempotency-key', call.key)
    return fetch(path, {
      method: call.method ?? 'GET',
      headers,
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
    })
  }

  const request: Request = async (path, call, decode) => {
    try {
      let response = await attempt(path, call, false)
      if (response?.status === 401) response = await attempt(path, call, true)
      // Nobody's request is sent.
      if (response === null) return { ok: false, problem: SIGNED_OUT }
      const value = await json(response)
      if (!response.ok) return { ok: false, problem: decodeProblem(response.status, value) }
      const decoded = decode(value)
      return decoded === null ? { ok: false, problem: { ...UNREACHABLE, status: response.status, code: 'unreadable' } } : { ok: true, value: decoded }
    } catch {
      return { ok: false, problem: UNREACHABLE }
    }
  }

  /**
   * A server that does not name `rest_send_names` may know a note's flag as `is_internal` alone, drop `internal`, and publish the note. It gets the
   * former name only. One that refuses it as unknown knows the present name.
   */
  const postMessage = async (id: string, { internal, ...message }: NewMessage, key: string) => {
    const post = (body: NewMessage & { readonly is_internal?: boolean }) => request(`${one(id)}/messages`, { method: 'POST', body, key }, decodeMessageStored)
    if (internal === undefined) return post(message)
    const result = await post(features().includes(SEND_NAMES) ? { ...message, internal } : { ...message, is_internal: internal })
    return !result.ok && result.problem.code === 'unknown_field' ? post({ ...message, internal }) : result
  }

  const one = (ref: string) => `/v1/tickets/${encodeURIComponent(ref)}`
  return {
    request,
    me: () => request('/v1/me', {}, decodeSelf),
    ownTickets: (query) => request(`/v1/tickets?${params('own', query)}`, {}, decodeCustomerPage),
    ticket: (ref) => request(one(ref), {}, decodeTicket),
    createTicket: (body, key) => request('/v1/tickets', { method: 'POST', body, key }, decodeCustomerTicket),
    changeTicket: (id, body) => request(one(id), { method: 'PATCH', body }, decodeTicket),
    rate: (id, body) => request(`${one(id)}/rating`, { method: 'PUT', body }, decodeTicket),
    activity: (id, range, limit) => request(`${one(id)}/activity?${historyParams(range, limit)}`, {}, decodeEventPage),
    postMessage,
    redact: async (id, message) => nothing(await request(`${one(id)}/messages/${message}`, { method: 'DELETE' }, () => true)),
    availability: () => request('/v1/availability', {}, decodeAvailability),
  }
}

export function nothing(result: Result<boolean>): Result<null> {
  return result.ok ? { ok: true, value: null } : result
}

async function json(response: Response): Promise<unknown> {
  try {
    const value: unknown = await response.json()
    return value
  } catch {
    return undefined
  }
}

export function params(scope: 'own' | 'all', query: TicketQuery): URLSearchParams {
  const all = new URLSearchParams({ scope })
  for (const [name, value] of Object.entries(query)) {
    const text = Array.isArray(value) ? value.join(',') : String(value)
    if (text !== '') all.set(name, text)
  }
  return all
}

function historyParams(range: HistoryRange, limit: number): URLSearchParams {
  const all = new URLSearchParams({ limit: String(limit) })
  if ('before' in range) all.set('before', String(range.before))
  else all.set('after', String(range.after))
  return all
}
