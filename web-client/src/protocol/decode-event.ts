// History rows, people and codes, as frames and REST both carry them.

import { ACTOR_TYPES, KINDS, REJECT_CODES, type Attachment, type Me, type RejectCode } from './generated.ts'
import type { Code, HistoryEvent, Person, TicketMessage } from './model.ts'
import { count, isObject, readable, text, word } from './narrow.ts'

/**
 * One history row. Only what its place in the history needs must be there: a row of an unknown kind, or with a message that cannot be
 * read, still counts, since a row dropped here would be a hole.
 */
export function decodeEvent(value: unknown): HistoryEvent | null {
  if (!isObject(value)) return null
  const ticket = text(value['ticket'])
  const seq = count(value['seq'])
  const at = text(value['at'])
  if (ticket === null || seq === null || at === null) return null
  return {
    ticket,
    seq,
    at,
    kind: word(KINDS, value['kind']) ?? 'unknown',
    actor: decodePerson(value['actor']) ?? { id: null, type: 'system', name: null },
    old_value: text(value['old_value']),
    new_value: text(value['new_value']),
    description: text(value['description']),
    message: message(value['message']),
  }
}

function message(value: unknown): TicketMessage | null {
  if (!isObject(value)) return null
  const id = text(value['id'])
  const body = text(value['body'])
  const created_at = text(value['created_at'])
  if (id === null || body === null || created_at === null) return null
  return {
    id,
    sender_id: text(value['sender_id']),
    sender_type: word(ACTOR_TYPES, value['sender_type']) ?? 'system',
    body,
    is_internal: value['is_internal'] === true,
    attachments: readable(value['attachments'], attachment),
    key: text(value['key']),
    created_at,
    edited_at: text(value['edited_at']),
    redacted_at: text(value['redacted_at']),
  }
}

function attachment(value: unknown): Attachment | null {
  if (!isObject(value)) return null
  const id = text(value['id'])
  const name = text(value['name'])
  if (id === null || name === null) return null
  return { id, name, content_type: text(value['content_type']) ?? '', size_bytes: count(value['size_bytes']) ?? 0 }
}

/** A person as either side is told of them. */
export function decodePerson(value: unknown): Person | null {
  if (!isObject(value)) return null
  const type = word(ACTOR_TYPES, value['type'])
  return type === null ? null : { id: text(value['id']), type, name: text(value['name']) }
}

export function decodeMe(value: unknown): Me | null {
  if (!isObject(value)) return null
  const id = text(value['id'])
  return id === null ? null : { id, name: text(value['name']), email: text(value['email']) }
}

/** A known code; null: none. A server of the previous build calls `invalid_transition` `invalid_move`. */
export function readCode(value: unknown): RejectCode | null {
  return word(REJECT_CODES, value === 'invalid_move' ? 'invalid_transition' : value)
}

export function decodeCode(value: unknown): Code {
  return readCode(value) ?? 'unknown'
}
