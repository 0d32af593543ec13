// Finds the display names of colleagues. If a person's identity has no name, uses the name in the team list. If that is missing too, uses
// the name that the ticket's events contain for this person.

import type { Viewer } from '../../protocol/generated.ts'
import type { HistoryEvent } from '../../protocol/model.ts'
import { t } from '../../locales/index.ts'
import type { NameById } from '../../ui/format.ts'

/** The names of the people who are viewing a ticket, except the reader (`me`). */
export function namesOf(viewers: readonly Viewer[], me: string, nameById: NameById, events: readonly Pick<HistoryEvent, 'actor'>[] = []): readonly string[] {
  const wrote = (id: string) => events.findLast(({ actor }) => actor.id === id && actor.name !== null)?.actor.name
  return viewers.filter(({ id }) => id !== me).map(({ id, name }) => name ?? nameById(id) ?? wrote(id) ?? t('app.someone'))
}
