// The REST calls for a customer without tickets: check for tickets, get the desk's availability, and create a ticket.

import { decodeAvailability } from '../protocol/decoders/first.ts'
import { decodeHasAny, decodeOpened, type Opened } from '../protocol/decode-first.ts'
import type { Availability, NewTicket } from '../protocol/generated.ts'
import { createRequester, type BearerSource, type Request, type Result } from './request.ts'

/** A new ticket for which only the description is required. A server with the feature `derived_subject` fills in the other fields. */
export type DescribedTicket = Pick<NewTicket, 'description'> & Partial<NewTicket>

export interface FirstRest {
  /** Sends a request to any path. */
  readonly request: Request
  readonly token: BearerSource
  /** Whether the signed-in customer has tickets. */
  hasTickets(): Promise<Result<boolean>>
  availability(): Promise<Result<Availability>>
  createTicket(ticket: DescribedTicket, key: string): Promise<Result<Opened>>
}

/** How long an availability response is cached. The server caches it for the same time. */
const AVAILABILITY_MS = 5_000

export function createFirstRest(fetch: (path: string, init: RequestInit) => Promise<Response>, token: BearerSource): FirstRest {
  const { request } = createRequester(fetch, token)
  let asked: { readonly at: number; readonly answer: Promise<Result<Availability>> } | null = null
  const availability = () => {
    const at = Date.now()
    if (asked === null || Math.abs(at - asked.at) >= AVAILABILITY_MS) {
      const answer = request('/v1/availability', {}, decodeAvailability)
      const mine = { at, answer }
      asked = mine
      // If the request failed, clear the cached availability, so that the next call sends a new request.
      void answer.then(({ ok }) => { if (!ok && asked === mine) asked = null })
    }
    return asked.answer
  }
  return {
    request, token,
    hasTickets: () => request('/v1/tickets?scope=own&limit=1', {}, decodeHasAny),
    availability,
    createTicket: (body, key) => request('/v1/tickets', { method: 'POST', body, headers: { 'idempotency-key': key } }, decodeOpened),
  }
}
