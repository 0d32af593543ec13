// An admin's unsaved changes to the opening hours and the away notice (a text for customers).

import { isObject } from '../protocol/narrow.ts'
import { createTeamRest } from '../rest/team.ts'
import type { Client } from './client.ts'
import { draftOf, hoursOf, noticeOf, parseDraft, type HoursDraft } from './hours.ts'
import { keptText } from './kept-text.ts'
import { keptFor } from './resource.ts'
import { createSettingDraft, type SettingDraft } from './setting-draft.ts'
import { ownZone } from './zones.ts'

export type HoursStore = SettingDraft<HoursDraft>

/**
 * Converts a draft of the opening hours to a form that can be compared with the server's settings. The server may change the case of a time
 * zone's name, so zones are converted to lower case.
 */
function normalHours(draft: HoursDraft): HoursDraft {
  const stored = draftOf({ opening_hours: hoursOf(draft), away_notice: noticeOf(draft) }, ownZone())
  return { ...stored, timezone: stored.timezone.toLowerCase() }
}

/**
 * Returns the store with the signed-in person's changes to the opening hours. The store is kept, so that unsaved changes survive switching
 * to another screen.
 */
export const hoursFor = keptFor((client: Client): HoursStore => {
  const rest = createTeamRest(client.rest)
  return createSettingDraft({
    load: rest.settings,
    draftOf: (settings) => draftOf(settings, ownZone()),
    normal: normalHours,
    lists: { holidays: (holiday) => (isObject(holiday) ? String(holiday['date']) : '') },
    parse: parseDraft,
    kept: keptText(client.identity.id, 'settings.hours', client.storage),
    async send(draft, { etags }) {
      const hours = await rest.saveSetting('opening_hours', hoursOf(draft), etags)
      return hours.ok ? rest.saveSetting('away_notice', noticeOf(draft), etags) : hours
    },
  })
})
