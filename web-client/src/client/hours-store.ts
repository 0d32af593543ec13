// Drafts of the desk's opening hours and away notice, for admins.

import { isObject } from '../protocol/narrow.ts'
import { createTeamRest } from '../rest/team.ts'
import type { Client } from './client.ts'
import { draftOf, hoursOf, noticeOf, parseDraft, type HoursDraft } from './hours.ts'
import { keptText } from './kept-text.ts'
import { keptFor } from './resource.ts'
import { createSettingDraft, type SettingDraft } from './setting-draft.ts'
import { ownZone } from './zones.ts'

export type HoursStore = SettingDraft<HoursDraft>

/** The server may spell the time zone differently, so zones are compared in lower case. */
function normalHours(draft: HoursDraft): HoursDraft {
  const stored = draftOf({ opening_hours: hoursOf(draft), away_notice: noticeOf(draft) }, ownZone())
  return { ...stored, timezone: stored.timezone.toLowerCase() }
}

/** One store per person: unsaved changes survive a visit to another screen. */
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
