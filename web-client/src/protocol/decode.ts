// Decodes the server's WebSocket frames, and converts them to the types of `model.ts`. The decoders are generated from the Rust types of
// `core`. Unknown frames decode to null, unknown fields are ignored, and no function throws.

import { decodeCommonFrame, decodeStaffEvent, decodeStaffFrame } from './decoders/ticket.ts'
import { staffView } from './decode-rest.ts'
import type { ServerFrame } from './model.ts'
import { isObject, parseJson } from './narrow.ts'

/** Decodes one text frame of the server. Returns null if this client does not know the frame. */
export function decodeFrame(source: string): ServerFrame | null {
  const value = parseJson(source)
  // The fields of an event are in the frame itself, not in a nested object.
  if (isObject(value) && value['type'] === 'event') {
    const event = decodeStaffEvent(value)
    return event === undefined ? null : { type: 'event', event }
  }
  // Frames for customers are decoded with the types for staff, because the fields that customers receive are a subset of the staff's
  // fields.
  const frame = decodeCommonFrame(value) ?? decodeStaffFrame(value)
  if (frame === undefined || frame.type === 'event') return null
  return frame.type === 'inbox' ? { ...frame, tickets: frame.tickets.map(staffView) } : frame
}
