// A typed client for the REST API under /v1. Every call returns a result and never throws.

import type { Availability, CustomerTicket, NewRating, NewTicket, OwnUnread, TicketPatch } from '../protocol/generated.ts'
import { decodeCustomerPage, decodeCustomerView, decodeTicket } from '../protocol/decode-rest.ts'
import { decodeAvailability } from '../protocol/decoders/first.ts'
import { decodeOwnUnread, decodeStaffEventPage } from '../protocol/decoders/ticket.ts'
import type { CustomerView, EventPage, Features, Page, TicketView } from '../protocol/model.ts'
import { createRequester, type BearerSource, type Request, type Result } from './request.ts'

export interface TicketQuery {
  readonly tab?: 'active' | 'closed'
  readonly status?: readonly string[]
  readonly category?: string
  readonly priority?: string
  readonly assigned_to?: string
  readonly user_id?: string
  readonly search?: string
  /**
   * Whether to list only tickets that wait for a reply from staff. This filter and the sort order `waiting` need a server with the feature
   * `needs_answer`.
   */
  readonly needs_answer?: boolean
  readonly sort?: 'last_activity' | 'created' | 'oldest' | 'waiting'
  readonly cursor?: string
  readonly limit?: number
}

/** A range of a ticket's history: the events before or after a sequence number. */
type HistoryRange = { readonly before: number } | { readonly after: number }

export interface Rest {
  /**
   * The server's current time in milliseconds since the Unix epoch, calculated from its last response. Before the first response, the
   * device's time.
   */
  now(): number
  /** Sends a request to any path. Other REST clients, such as the team's, are built on it. */
  readonly request: Request
  /** The names of the features that the server supports, as last received. */
  readonly features: () => Features
  ownTickets(query: TicketQuery): Promise<Result<Page<CustomerView>>>
  /** Loads a ticket. `ref` is its id or number. */
  ticket(ref: string): Promise<Result<TicketView>>
  createTicket(ticket: NewTicket, key: string): Promise<Result<CustomerTicket>>
  changeTicket(id: string, patch: TicketPatch): Promise<Result<TicketView>>
  rate(id: string, rating: NewRating): Promise<Result<TicketView>>
  activity(id: string, range: HistoryRange, limit: number): Promise<Result<EventPage>>
  /** Changes the text of a message. */
  edit(id: string, message: string, body: string): Promise<Result<null>>
  /** Removes the text of a message permanently. */
  redact(id: string, message: string): Promise<Result<null>>
  /** Counts the unread events of this person's own tickets. Older servers do not have this endpoint. */
  ownUnread(): Promise<Result<OwnUnread>>
  availability(): Promise<Result<Availability>>
}

interface RestParts {
  readonly fetch: (path: string, init: RequestInit) => Promise<Response>
  readonly token: BearerSource
  /** The names of the features that the server supports, as last received. Empty if the server has not sent the names. */
  readonly features: () => Features
}

export function createRest({ fetch, token, features }: RestParts): Rest {
  const { request, now } = createRequester(fetch, token)

  const one = (ref: string) => `/v1/tickets/${encodeURIComponent(ref)}`
  return {
    request,
    features,
    now,
    ownTickets: (query) => request(`/v1/tickets?${params('own', query)}`, {}, decodeCustomerPage),
    ticket: (ref) => request(one(ref), {}, decodeTicket),
    createTicket: (body, key) => request('/v1/tickets', { method: 'POST', body, headers: { 'idempotency-key': key } }, decodeCustomerView),
    changeTicket: (id, body) => request(one(id), { method: 'PATCH', body }, decodeTicket),
    rate: (id, body) => request(`${one(id)}/rating`, { method: 'PUT', body }, decodeTicket),
    activity: (id, range, limit) => request(`${one(id)}/activity?${historyParams(range, limit)}`, {}, decodeStaffEventPage),
    edit: async (id, message, body) => nothing(await request(`${one(id)}/messages/${message}`, { method: 'PATCH', body: { body } }, () => true)),
    redact: async (id, message) => nothing(await request(`${one(id)}/messages/${message}`, { method: 'DELETE' }, () => true)),
    ownUnread: () => request('/v1/me/unread', {}, decodeOwnUnread),
    availability: () => request('/v1/availability', {}, decodeAvailability),
  }
}

export function nothing(result: Result<boolean>): Result<null> {
  return result.ok ? { ok: true, value: null } : result
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
