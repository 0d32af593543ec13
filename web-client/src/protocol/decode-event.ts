// History rows, people and codes, as frames and REST both carry them.

import { ACTOR_TYPES, KINDS, type Attachment } from './generated.ts'
import type { HistoryEvent, Person, TicketMessage } from './model.ts'
import { count, isObject, line, name, readable, text, title, word } from './narrow.ts'

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
    old_value: line(value['old_value']),
    new_value: line(value['new_value']),
    description: line(value['description']),
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
  const file = title(value['name'])
  if (id === null || file === null) return null
  return { id, name: file, content_type: text(value['content_type']) ?? '', size_bytes: count(value['size_bytes']) ?? 0 }
}

/** A person as either side is told of them. */
export function decodePerson(value: unknown): Person | null {
  if (!isObject(value)) return null
  const type = word(ACTOR_TYPES, value['type'])
  return type === null ? null : { id: text(value['id']), type, name: name(value['name']) }
}

