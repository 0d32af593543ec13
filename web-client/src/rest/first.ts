// The REST calls of a customer without tickets: whether there are any, whether the desk is open, and opening one.

import { decodeAvailability } from '../protocol/decoders/first.ts'
import { decodeHasAny, decodeOpened, type Opened } from '../protocol/decode-first.ts'
import type { Availability, NewTicket } from '../protocol/generated.ts'
import { createRequester, type BearerSource, type Result } from './request.ts'

/** A new ticket of which only the text is required: a desk with the feature `derived_subject` derives the rest. */
export type DescribedTicket = Pick<NewTicket, 'description'> & Partial<NewTicket>

export interface FirstRest {
  /** Whether this person has tickets. */
  hasTickets(): Promise<Result<boolean>>
  availability(): Promise<Result<Availability>>
  createTicket(ticket: DescribedTicket, key: string): Promise<Result<Opened>>
}

/** The desk itself caches its answer for this long. */
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
      // Failed requests are not cached.
      void answer.then(({ ok }) => { if (!ok && asked === mine) asked = null })
    }
    return asked.answer
  }
  return {
    hasTickets: () => request('/v1/tickets?scope=own&limit=1', {}, decodeHasAny),
    availability,
    createTicket: (body, key) => request('/v1/tickets', { method: 'POST', body, headers: { 'idempotency-key': key } }, decodeOpened),
  }
}
