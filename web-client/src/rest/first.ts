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

/** For so long the desk itself gives everyone the same answer. */
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
      // What could not be had is asked for again.
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
