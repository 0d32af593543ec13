// What a customer without tickets asks: whether there are any, whether the desk is open, and to open one.

import { decodeAvailability } from '../protocol/decoders/first.ts'
import { decodeHasAny, decodeOpened, type Opened } from '../protocol/decode-first.ts'
import type { Availability, NewTicket } from '../protocol/generated.ts'
import { createRequester, type BearerSource, type Result } from './request.ts'

/** A ticket of which only the text need be there: a desk that names the feature `derived_subject` finds out the rest. */
export type DescribedTicket = Pick<NewTicket, 'description'> & Partial<NewTicket>

export interface FirstRest {
  /** Whether this person has tickets. */
  hasTickets(): Promise<Result<boolean>>
  availability(): Promise<Result<Availability>>
  createTicket(ticket: DescribedTicket, key: string): Promise<Result<Opened>>
}

export function createFirstRest(fetch: (path: string, init: RequestInit) => Promise<Response>, token: BearerSource): FirstRest {
  const { request } = createRequester(fetch, token)
  return {
    hasTickets: () => request('/v1/tickets?scope=own&limit=1', {}, decodeHasAny),
    availability: () => request('/v1/availability', {}, decodeAvailability),
    createTicket: (body, key) => request('/v1/tickets', { method: 'POST', body, key }, decodeOpened),
  }
}
