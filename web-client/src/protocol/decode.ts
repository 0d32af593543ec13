// Frames of the server, read from `unknown` by the decoders that are made from core's types, and given the client's form of model.ts.
// Total: unknown frames give null, unknown fields are ignored, nothing throws.

import { decodeCommonFrame, decodeStaffEvent, decodeStaffFrame } from './decoders/ticket.ts'
import { staffView } from './decode-rest.ts'
import type { ServerFrame } from './model.ts'
import { isObject, parseJson } from './narrow.ts'

/** Reads one text frame of the server. Null: not a frame that this client knows. */
export function decodeFrame(source: string): ServerFrame | null {
  const value = parseJson(source)
  // Its row stands in the frame itself.
  if (isObject(value) && value['type'] === 'event') {
    const event = decodeStaffEvent(value)
    return event === undefined ? null : { type: 'event', event }
  }
  // What customers are shown is a part of what staff are.
  const frame = decodeCommonFrame(value) ?? decodeStaffFrame(value)
  if (frame === undefined || frame.type === 'event') return null
  return frame.type === 'inbox' ? { ...frame, tickets: frame.tickets.map(staffView) } : frame
}
