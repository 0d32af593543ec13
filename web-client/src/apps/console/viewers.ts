// Colleagues by name: one whose sign-in tells none has one in the team's list, or wrote under one.

import type { Viewer } from '../../protocol/generated.ts'
import type { HistoryEvent } from '../../protocol/model.ts'
import { t } from '../../locales/index.ts'
import type { NameById } from '../../ui/format.ts'

/** Those who look at a ticket, without oneself. */
export function namesOf(viewers: readonly Viewer[], me: string, nameById: NameById, events: readonly Pick<HistoryEvent, 'actor'>[] = []): readonly string[] {
  const wrote = (id: string) => events.findLast(({ actor }) => actor.id === id && actor.name !== null)?.actor.name
  return viewers.filter(({ id }) => id !== me).map(({ id, name }) => name ?? nameById(id) ?? wrote(id) ?? t('app.someone'))
}
