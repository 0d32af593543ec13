// Frames of the server, narrowed from `unknown` here and, for the parts shared with REST, in the neighbouring decode-*.ts; nowhere else.
// Total: unknown frames give null, unknown fields are ignored, nothing throws.

import { LIMITS, STAFF_ROLES, type TicketHead, type TicketViewers, type Viewer, type WireLimits } from './generated.ts'
import type { ReadMark, ServerFrame } from './model.ts'
import { count, flag, isObject, list, name, parseJson, readable, text, type Json, word } from './narrow.ts'
import { decodeEvent, decodePerson } from './decode-event.ts'
import { decodeCode, decodeMe } from './decode-first.ts'
import { decodeMoved, decodeStaffTicket, decodeStats } from './decode-ticket.ts'

/** Reads one text frame of the server. Null: not a frame that this client knows. */
export function decodeFrame(source: string): ServerFrame | null {
  const value = parseJson(source)
  return isObject(value) ? frame(value) : null
}

function frame(value: Json): ServerFrame | null {
  switch (value['type']) {
    case 'welcome': return welcome(value)
    case 'ok': return withId(value, (id) => ({ type: 'ok', id }))
    case 'ack': return ack(value)
    case 'error': return error(value)
    case 'subscribed': return subscribed(value)
    case 'event': return wrapEvent(value)
    case 'reset': return reset(value)
    case 'ping': return { type: 'ping', heads: readable(value['heads'], ticketHead) }
    case 'bye': return { type: 'bye', retry_after_ms: count(value['retry_after_ms']) ?? 0, reason: text(value['reason']) ?? '' }
    case 'typing': return typing(value)
    case 'presence': return withTicket(value, (ticket) => ({ type: 'presence', ticket, viewers: readable(value['viewers'], viewer) }))
    case 'read': return read(value)
    case 'inbox': return { type: 'inbox', tickets: readable(value['tickets'], decodeStaffTicket), moved: readable(value['moved'], decodeMoved), stats: decodeStats(value['stats']) }
    case 'inbox_presence': return { type: 'inbox_presence', tickets: readable(value['tickets'], ticketViewers) }
    default: return null
  }
}

function withId(value: Json, make: (id: number) => ServerFrame | null): ServerFrame | null {
  const id = count(value['id'])
  return id === null ? null : make(id)
}

function withTicket(value: Json, make: (ticket: string) => ServerFrame | null): ServerFrame | null {
  const ticket = text(value['ticket'])
  return ticket === null ? null : make(ticket)
}

function welcome(value: Json): ServerFrame | null {
  const user = decodeMe(value['user'])
  const heartbeat_ms = count(value['heartbeat_ms'])
  const limits = wireLimits(value['limits'])
  if (user === null || heartbeat_ms === null || limits === null) return null
  return withId(value, (id) => ({ type: 'welcome', id, user, role: word(STAFF_ROLES, value['role']), heartbeat_ms, limits, features: readable(value['features'], text) }))
}

function wireLimits(value: unknown): WireLimits | null {
  if (!isObject(value)) return null
  // A limit that the server does not name is kept to as the protocol has it. Each is named, so that a bundle leaves the others out.
  const of = (field: keyof WireLimits, known: number) => count(value[field]) ?? known
  return {
    body_bytes_max: of('body_bytes_max', LIMITS.body_bytes_max),
    frame_bytes_max: of('frame_bytes_max', LIMITS.frame_bytes_max),
    attachments_max: of('attachments_max', LIMITS.attachments_max),
    subscriptions_max: of('subscriptions_max', LIMITS.subscriptions_max),
    frames_per_second: of('frames_per_second', LIMITS.frames_per_second),
    typing_interval_ms: of('typing_interval_ms', LIMITS.typing_interval_ms),
    typing_fade_ms: of('typing_fade_ms', LIMITS.typing_fade_ms),
  }
}

function ack(value: Json): ServerFrame | null {
  const key = text(value['key'])
  const seq = count(value['seq'])
  const at = text(value['at'])
  if (key === null || seq === null || at === null) return null
  return withId(value, (id) => ({ type: 'ack', id, key, seq, at, duplicate: value['duplicate'] === true }))
}

function error(value: Json): ServerFrame {
  return {
    type: 'error',
    id: count(value['id']),
    code: decodeCode(value['code']),
    message: text(value['message']) ?? '',
    retry_after_ms: count(value['retry_after_ms']),
    head: count(value['head']),
  }
}

function subscribed(value: Json): ServerFrame | null {
  const ticket = text(value['ticket'])
  const epoch = text(value['epoch'])
  const head = count(value['head'])
  const events = list(value['events'], decodeEvent)
  if (ticket === null || epoch === null || head === null || events === null) return null
  return withId(value, (id) => ({
    type: 'subscribed',
    id,
    ticket,
    epoch,
    head,
    events,
    more: value['more'] === true,
    reset: value['reset'] === true,
    viewers: readable(value['viewers'], viewer),
    reads: readable(value['reads'], readMark),
  }))
}

function wrapEvent(value: Json): ServerFrame | null {
  const event = decodeEvent(value)
  return event === null ? null : { type: 'event', event }
}

function reset(value: Json): ServerFrame | null {
  const epoch = text(value['epoch'])
  const head = count(value['head'])
  if (epoch === null || head === null) return null
  return withTicket(value, (ticket) => ({ type: 'reset', ticket, epoch, head }))
}

function typing(value: Json): ServerFrame | null {
  const person = decodePerson(value['person'])
  const on = flag(value['on'])
  if (person === null || on === null) return null
  return withTicket(value, (ticket) => ({ type: 'typing', ticket, person, on, internal: value['internal'] === true }))
}

function read(value: Json): ServerFrame | null {
  const mark = readMark(value)
  return mark === null ? null : withTicket(value, (ticket) => ({ type: 'read', ticket, ...mark }))
}

function readMark(value: unknown): ReadMark | null {
  if (!isObject(value)) return null
  const person = decodePerson(value['person'])
  const seq = count(value['seq'])
  return person === null || seq === null ? null : { person, seq }
}

function ticketHead(value: unknown): TicketHead | null {
  if (!isObject(value)) return null
  const ticket = text(value['ticket'])
  const seq = count(value['seq'])
  return ticket === null || seq === null ? null : { ticket, seq }
}

function ticketViewers(value: unknown): TicketViewers | null {
  if (!isObject(value)) return null
  const ticket = text(value['ticket'])
  return ticket === null ? null : { ticket, viewers: readable(value['viewers'], viewer) }
}

function viewer(value: unknown): Viewer | null {
  if (!isObject(value)) return null
  const id = text(value['id'])
  return id === null ? null : { id, name: name(value['name']) }
}
