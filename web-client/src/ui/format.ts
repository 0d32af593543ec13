// Puts people and events into words.

import type { LastMessage } from '../protocol/generated.ts'
import type { HistoryEvent, Person } from '../protocol/model.ts'
import type { Reader } from '../timeline/view.ts'
import { t, tWord } from '../locales/index.ts'
import { tOwnStatus } from '../locales/own-status.ts'

const isReader = (person: Person, reader: Reader): boolean => (reader.side === 'customer' ? person.type === 'customer' : person.id === reader.id)

export function nameOf(person: Person, reader: Reader): string {
  if (isReader(person, reader)) return t('app.you')
  if (person.name !== null && person.name !== '') return person.name
  switch (person.type) {
    case 'customer': return t('ticket.customer')
    case 'admin': return t('app.team')
    case 'system': return t('app.system')
  }
}

/**
 * The author of the last message, for a row of the staff's list. Unlike in the history, "you" is never used, because the row contains no
 * ids and two people may have the same name.
 */
export function writerOf(last: LastMessage): string {
  return last.side === 'customer' ? t('row.customer') : (last.name ?? t('app.team'))
}

/** Returns the name of the agent with this id, or null if they are not in the list of agents. */
export type NameById = (id: string) => string | null

const UUID = /^[0-9a-f]{8}-[0-9a-f-]{27}$/i

/**
 * Suffix of the translation keys for sentences that address the reader. Most languages use another verb form for "you took" than for "Grace
 * took".
 */
type You = '' | '_you'

export function inWords(event: HistoryEvent, reader: Reader, nameById: NameById): string {
  const who = nameOf(event.actor, reader)
  const you: You = isReader(event.actor, reader) ? '_you' : ''
  const [before, after] = [event.old_value ?? '', event.new_value ?? '']
  switch (event.kind) {
    case 'status_changed':
    case 'resolved':
    case 'closed':
    case 'reopened':
    case 'escalated': return status(event, who, you, reader)
    case 'priority_changed': return t(`activity.priority_changed${you}`, { who, old: tWord('priority', before), new: tWord('priority', after) })
    case 'category_changed': return t(`activity.category_changed${you}`, { who, old: tWord('category', before), new: tWord('category', after) })
    case 'assigned': {
      if (after !== '' && (after === event.actor.id || after === event.actor.name)) return t(`activity.took${you}`, { who })
      const name = UUID.test(after) ? nameById(after) : after
      return name === null || name === '' ? t(`activity.assigned_nameless${you}`, { who }) : t(`activity.assigned${you}`, { who, new: name })
    }
    case 'rated': return t(`activity.rated${you}`, { who, new: after })
    case 'logged': return t(`activity.logged${you}`, { who, what: event.description ?? after })
    case 'attachment_checked':
    case 'internal_attachment_checked': return t('activity.attachment_checked', { file: event.message?.attachments.find(({ id }) => id === event.old_value)?.name ?? '' })
    case 'unreadable':
    case 'unknown': return t('activity.unknown')
    case 'created':
    case 'message_added':
    case 'internal_note_added':
    case 'unassigned':
    case 'message_edited':
    case 'message_redacted':
    case 'note_edited':
    case 'note_redacted':
    case 'archived': return t(`activity.${event.kind}${you}`, { who })
  }
}

function status(event: HistoryEvent, who: string, you: You, reader: Reader): string {
  const word = (value: string | null) => (reader.side === 'customer' && value !== null ? tOwnStatus(value) : tWord('status', value))
  const [before, after] = [word(event.old_value), word(event.new_value)]
  if (event.kind === 'resolved' || event.kind === 'closed' || event.kind === 'reopened' || event.kind === 'escalated') return t(`activity.${event.kind}${you}`, { who })
  if (reader.side === 'customer') return t(`own_status.changed${you}`, { who, new: after })
  return before === '' ? t(`activity.status_set${you}`, { who, new: after }) : t(`activity.status_changed${you}`, { who, old: before, new: after })
}

/** The name shown for an agent: their name, or else their email address, or else the beginning of their id. */
export function nameOfAgent(agent: { readonly name: string | null; readonly email: string | null; readonly user_id: string }): string {
  return agent.name ?? agent.email ?? agent.user_id.slice(0, 8)
}
